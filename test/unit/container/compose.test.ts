import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Service {
  image: string
  container_name?: string
  build?: { target: string }
  profiles?: string[]
  networks: string[]
  ports?: string[]
  volumes?: string[]
  environment?: Record<string, string>
  read_only: boolean
  cap_drop: string[]
  security_opt: string[]
  mem_limit?: string
  cpus?: number | string
  pids_limit?: number
}

interface Compose {
  services: Record<string, Service>
  networks: Record<string, { internal?: boolean } | null>
  volumes: Record<string, { name: string }>
}

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')

const compose = parse(read('docs/compose.yaml')) as Compose
const services = Object.entries(compose.services)

describe('docs/compose.yaml', () => {
  it.each(services)('gives %s no privileges and no writable root', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  })

  it.each(services.filter(([, { profiles }]) => profiles === undefined))(
    'bounds what %s may use',
    (_name, service) => {
      expect(service.mem_limit).toMatch(/\d/)
      expect(String(service.cpus)).toMatch(/\d/)
      expect(service.pids_limit).toBeGreaterThan(0)
    },
  )

  it('leaves the appliance no way out and lets nobody past the proxy', () => {
    const { guichet } = compose.services
    expect(guichet!.ports).toBeUndefined()
    expect(guichet!.networks.map((name) => compose.networks[name])).toEqual([{ internal: true }])
    expect(guichet!.environment).toMatchObject({ MODEL_FETCH: 'false', TRUST_PROXY_HOPS: '1' })
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['proxy'])
  })

  it('uses only networks and volumes that it declares', () => {
    for (const [, { networks, volumes = [] }] of services) {
      for (const network of networks) expect(compose.networks).toHaveProperty(network)
      for (const volume of volumes) expect(compose.volumes).toHaveProperty(volume.split(':')[0]!)
    }
  })

  it.each(['docs/operations.md', 'docs/operations.fr.md', 'docs/container.md'])(
    'names image, container and volume as the commands of %s do',
    (page) => {
      const { image, volumes, container_name: container } = compose.services['guichet']!
      const [volume] = volumes!.find((each) => each.endsWith(':/data'))!.split(':')
      const text = read(page)
      const mounted = [...text.matchAll(/docker run [^`\n]*-v (\S+):\/data/g)].map(([, name]) => name)
      const entered = [...text.matchAll(/docker exec (\S+)/g)].map(([, name]) => name)
      expect(mounted).not.toEqual([])
      expect(new Set(mounted)).toEqual(new Set([compose.volumes[volume!]!.name]))
      expect(new Set(entered)).toEqual(new Set([container]))
      // The restore takes the image without a tag, which is the latest.
      for (const [, run] of text.matchAll(/`docker run ([^`]+ restore [^`]+)`/g))
        expect(run).toMatch(/ guichet guichet restore /)
      expect(image).toBe('guichet:${GUICHET_TARGET:-latest}')
    },
  )

  it('builds a target that the Dockerfile has', () => {
    const targets = [...read('Dockerfile').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name)
    expect(targets.at(-1)).toBe('cpu')
    expect(targets).toContain('cuda')
    expect(compose.services['guichet']!.build!.target).toBe('${GUICHET_TARGET:-cpu}')
  })

  it('is only added to by the file for graphics cards', () => {
    const cuda = parse(read('docs/compose.cuda.yaml')) as Compose
    expect(Object.keys(cuda.services)).toEqual(['guichet'])
  })
})

describe('the Dockerfile', () => {
  it('names the version that the product has', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(/^ARG VERSION=(.+)$/m.exec(read('Dockerfile'))?.[1]).toBe(version)
  })

  it('starts from exact versions only', () => {
    const bases = [...read('Dockerfile').matchAll(/^ARG (?:NODE|CUDA)_IMAGE=(.+)$/gm)].map(([, name]) => name)
    expect(bases).toHaveLength(2)
    for (const version of ['NODE_VERSION', 'CUDA_VERSION'])
      expect(read('Dockerfile')).toMatch(new RegExp(`^ARG ${version}=\\d+\\.\\d+\\.\\d+$`, 'm'))
  })
})
