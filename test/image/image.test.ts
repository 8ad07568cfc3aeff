import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nameOf, PLANTED, type Target } from './build-image.js'
import { command, ROOT } from './sandbox.js'

const LARGEST_CPU_IMAGE = 700e6
const { version, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string
  devDependencies: Record<string, string>
}
const COMPILERS = ['gcc', 'g++', 'cc', 'c++', 'clang', 'make', 'python3', 'node-gyp']

interface Inspected {
  Size: number
  Config: {
    User: string
    Env: string[]
    Cmd: string[]
    Volumes: Record<string, unknown>
    ExposedPorts: Record<string, unknown>
    StopSignal: string
    WorkingDir: string
    Labels: Record<string, string>
  }
}

interface Health {
  Test: string[]
  StartPeriod: number
}

async function inspect(target: Target): Promise<Inspected> {
  const [image] = JSON.parse(await command('podman', ['image', 'inspect', nameOf(target)])) as Inspected[]
  return image!
}

/** The image's files, as a folder of this machine. */
function mounted(target: Target): { readonly root: string } {
  const files = { root: '' }
  beforeAll(async () => {
    files.root = await command('podman', ['image', 'mount', nameOf(target)])
  })
  afterAll(() => command('podman', ['image', 'umount', nameOf(target)]))
  return files
}

/** Paths below a folder that match, as `find` sees them. */
function found(root: string, ...criteria: string[]): string[] {
  const listed = execFileSync('find', [root, '-xdev', ...criteria], { encoding: 'utf8', maxBuffer: 1e8 })
  return listed.split('\n').filter(Boolean)
}

describe('the image for processors', () => {
  const files = mounted('cpu')

  it('stays below 700 MB without models', async () => {
    const { Size: size } = await inspect('cpu')
    const app = Number(
      execFileSync('du', ['-sb', join(files.root, 'app')], { encoding: 'utf8' }).split('\t')[0],
    )
    console.log(`image cpu: ${(size / 1e6).toFixed(0)} MB, of which Guichet ${(app / 1e6).toFixed(0)} MB`)
    expect(size).toBeLessThan(LARGEST_CPU_IMAGE)
    expect(readdirSync(join(files.root, 'models'))).toEqual([])
  })

  it('says who it is, runs as nobody special and watches its health', async () => {
    const { Config: config } = await inspect('cpu')
    expect(config).toMatchObject({
      User: '1000',
      Cmd: ['node', '/app/dist/src/main.js'],
      WorkingDir: '/app',
      StopSignal: 'SIGTERM',
      Volumes: { '/data': {}, '/models': {} },
      ExposedPorts: { '8080/tcp': {} },
    })
    // @NOTE Podman's JSON shows it in another place than Docker's; its templates agree.
    const template = ['--format', '{{json .Config.Healthcheck}}']
    const health = JSON.parse(
      await command('podman', ['image', 'inspect', nameOf('cpu'), ...template]),
    ) as Health
    expect(health.Test.join(' ')).toContain('/readyz')
    expect(health.StartPeriod).toBeGreaterThan(0)
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'Guichet',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'MIT',
    })
    expect(config.Labels['org.opencontainers.image.description']).not.toBe('')
  })

  it('holds no compiler, no cache of npm’s and nothing that only developing needs', () => {
    const programs = ['usr/bin', 'usr/local/bin', 'bin'].flatMap((folder) =>
      readdirSync(join(files.root, folder)),
    )
    expect(programs.filter((name) => COMPILERS.includes(name))).toEqual([])
    expect(found(files.root, '-name', '_cacache')).toEqual([])
    expect(existsSync(join(files.root, 'build'))).toBe(false)
    const packages = join(files.root, 'app/node_modules')
    expect(Object.keys(devDependencies).filter((name) => existsSync(join(packages, name)))).toEqual([])
    expect(found(join(files.root, 'app'), '-name', '*.d.ts', '-o', '-name', '*.map')).toEqual([])
  })

  it('holds llama.cpp for processors only, and nothing of other platforms', () => {
    expect(readdirSync(join(files.root, 'app/node_modules/@node-llama-cpp'))).toEqual([
      `linux-${process.arch}`,
    ])
    expect(readdirSync(join(files.root, 'app/node_modules/onnxruntime-node/bin/napi-v6'))).toEqual(['linux'])
  })

  it('took nothing along of what lay about in the folder it was built in', () => {
    for (const folder of ['app', 'data', 'models']) {
      const inside = found(join(files.root, folder), '-type', 'f', '-size', '-2')
      const leaked = inside.filter((file) => readFileSync(file, 'utf8').includes(PLANTED))
      expect(leaked).toEqual([])
    }
    expect(existsSync(join(files.root, 'app/.env'))).toBe(false)
  })

  it('can be written to nowhere but in its volumes, by its own user', () => {
    const others = found(
      join(files.root, 'app'),
      '(',
      '-user',
      '1000',
      '-o',
      '-perm',
      '-o=w',
      ')',
      '!',
      '-type',
      'l',
    )
    expect(others).toEqual([])
    // The group is the superuser's, so that an engine may choose any user of that group.
    const own = ['-maxdepth', '0', '-user', '1000', '-group', '0', '-perm', '770']
    for (const folder of ['data', 'models']) expect(found(join(files.root, folder), ...own)).toHaveLength(1)
  })
})

describe('the image for NVIDIA cards', () => {
  const files = mounted('cuda')

  it('adds the binaries for one CUDA and the libraries they need', () => {
    const variants = readdirSync(join(files.root, 'app/node_modules/@node-llama-cpp'))
    expect(variants).toEqual(['linux-x64', 'linux-x64-cuda'])
    const libraries = readdirSync(join(files.root, 'usr/lib/x86_64-linux-gnu'))
    for (const library of ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13'])
      expect(libraries).toContain(library)
  })

  it('asks the container toolkit for the card', async () => {
    const { Config: config } = await inspect('cuda')
    expect(config.Env).toContain('NVIDIA_VISIBLE_DEVICES=all')
    expect(config.Env).toContain('NVIDIA_DRIVER_CAPABILITIES=compute,utility')
    expect(config.User).toBe('1000')
  })
})
