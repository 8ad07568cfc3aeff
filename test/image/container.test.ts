import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { data } from '../helpers/http.js'
import { askOnce, createAssistant, createSession, stream, teach } from '../helpers/real-desk.js'
import { KETTLE_MD } from '../helpers/real-documents.js'
import { nameOf } from './build-image.js'
import { Container, HARDENED } from './container.js'
import { attempt, command } from './sandbox.js'

const VOLUME = 'guichet-test-data'
const QUESTION = 'How often should I descale the kettle?'
const ON_OUR_DATA = [...HARDENED, '-v', `${VOLUME}:/data`]
/** One thread: two wait for each other, which takes very long on a machine that does other things too. */
const WRITER = { THREADS: '1' }

const running: Container[] = []

async function start(
  args: string[],
  settings: Record<string, string> = WRITER,
  image = nameOf('cpu'),
): Promise<Container> {
  const container = await Container.run(image, args, settings)
  running.push(container)
  return container
}

beforeAll(() => attempt('podman', ['volume', 'rm', '--force', VOLUME]))
afterAll(() => attempt('podman', ['volume', 'rm', '--force', VOLUME]))

describe('a container without network, privileges and a writable root', () => {
  let container: Container
  let assistant: string

  beforeAll(async () => {
    container = await start(ON_OUR_DATA)
    await container.ready()
  })
  afterAll(() => Promise.all(running.splice(0).map((each) => each.remove())))

  it('tells the credentials of the first start in its log', async () => {
    const said = await container.said()
    const [, id = ''] = /Client id\s+(client_\w+)/.exec(said) ?? []
    const [, secret = ''] = /Secret\s+(secret_\S+)/.exec(said) ?? []
    container.keys = { 'x-api-key': id, 'x-api-secret': secret }
    expect((await container.call('GET', '/assistants/')).status).toBe(200)
  })

  it('learns a document and answers from it, with the source', async () => {
    assistant = await createAssistant(container, { name: 'Support', language: 'en' })
    const { source } = await teach(container, 'kettle.md', KETTLE_MD, { title: 'Kettle K3' })
    expect(source.status).toBe('ready')
    const reply = await askOnce(container, assistant, QUESTION)
    expect(reply.content).toContain('Descale the kettle every six weeks')
    expect(reply.metadata.answer_mode).toBe('quote')
    expect(reply.sources).toMatchObject([
      { title: 'Kettle K3', quote: expect.stringContaining('six weeks') as string },
    ])
  })

  it('is nobody special, and can write to its data only', async () => {
    expect((await container.exec('id', '-u')).stdout.trim()).toBe('1000')
    const status = (await container.exec('cat', '/proc/1/status')).stdout
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    for (const folder of ['/app', '/usr/local/bin', '/home/node'])
      expect((await container.exec('touch', `${folder}/mine`)).stderr).toContain('Read-only')
    expect((await container.exec('touch', '/data/mine')).code).toBe(0)
  })

  it('is healthy, and a doctor inside it finds what is needed', async () => {
    expect((await attempt('podman', ['healthcheck', 'run', container.name])).code).toBe(0)
    const { code, stdout } = await container.exec('guichet', 'doctor')
    expect(stdout).toMatch(/✓ Search model +all-MiniLM/)
    expect(stdout).not.toContain('Compiler')
    expect(code).toBe(0)
  })

  it('makes keys and links beside the running appliance', async () => {
    const made = await container.exec('guichet', 'keys', 'create', '--name', 'shop', '--json')
    expect(made.code).toBe(0)
    const link = await container.exec('guichet', 'operator', 'link')
    expect(link.stdout).toMatch(/^http:\/\/localhost:8080\/operator\?token=\S+\n$/)
  })

  it('has attempted nothing outwards, which would have been counted', async () => {
    expect(container.departures()).toBe(0)
    const call = `fetch('http://192.0.2.1/', { signal: AbortSignal.timeout(2000) }).catch(() => undefined)`
    await container.exec('node', '-e', call)
    expect(container.departures()).toBeGreaterThan(0)
  })

  it('ends the reply under way and then itself, with 0, when it is told to stop', async () => {
    const writer = await createAssistant(container, {
      name: 'Writer',
      language: 'en',
      answer_mode: 'compose',
    })
    const reply = await stream(container, await createSession(container, writer), QUESTION)
    await reply.until('sources')
    const last = reply.rest().then((frames) => frames.at(-1)?.['type'])
    expect(await container.stop()).toBe(0)
    expect(['done', 'error']).toContain(await last)
  })

  it('goes on in another container with the same data', async () => {
    const { keys } = container
    await container.remove()
    const next = await start(ON_OUR_DATA)
    next.keys = keys
    await next.ready()
    expect(await next.said()).not.toContain('Secret')
    const reply = await askOnce(next, assistant, QUESTION)
    expect(reply.sources).toMatchObject([{ title: 'Kettle K3' }])
  })
})

describe('a container', () => {
  afterEach(() => Promise.all(running.splice(0).map((each) => each.remove())))

  it('runs without any writable folder but its data', async () => {
    const container = await start([...HARDENED, '--read-only-tmpfs=false'])
    await container.ready()
    expect((await container.exec('touch', '/tmp/mine')).code).not.toBe(0)
    const id = await createFirst(container)
    await teach(container, 'kettle.md', KETTLE_MD, { title: 'Kettle K3' })
    expect((await askOnce(container, id, QUESTION)).content).toContain('six weeks')
  })

  it('runs as a user nobody has heard of, in the group of the superuser', async () => {
    const container = await start([...HARDENED, '--user', '12345:0'])
    await container.ready()
    expect((await container.exec('id', '-u')).stdout.trim()).toBe('12345')
    expect((await container.exec('guichet', 'keys', 'create')).code).toBe(0)
  })

  it('runs within bounds of memory, processor and processes', async () => {
    const bounds = ['--memory', '1g', '--cpus', '1', '--pids-limit', '128']
    const container = await start([...HARDENED, ...bounds])
    await container.ready()
    const id = await createFirst(container)
    await teach(container, 'kettle.md', KETTLE_MD, { title: 'Kettle K3' })
    expect((await askOnce(container, id, QUESTION)).content).toContain('six weeks')
    const state = await command('podman', ['inspect', container.name, '--format', '{{.State.OOMKilled}}'])
    expect(state).toBe('false')
  })

  it('takes the first client’s secret from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guichet-secret-'))
    const file = join(folder, 'secret')
    writeFileSync(file, 'sesame-open-the-door\n', { mode: 0o644 })
    const settings = { BOOTSTRAP_CLIENT_ID: 'shop', BOOTSTRAP_CLIENT_SECRET_FILE: '/run/secrets/guichet' }
    const container = await start([...HARDENED, '-v', `${file}:/run/secrets/guichet:ro`], settings)
    await container.ready()
    container.keys = { 'x-api-key': 'shop', 'x-api-secret': 'sesame-open-the-door' }
    expect((await container.call('GET', '/assistants/')).status).toBe(200)
    expect(await container.said()).not.toContain('sesame')
    rmSync(folder, { recursive: true })
  })

  it('made for NVIDIA cards works without one, and says what it runs on', async () => {
    const container = await start(HARDENED, WRITER, nameOf('cuda'))
    await container.ready()
    expect(await container.said()).toMatch(/Runs on\s+CPU, 1 thread$/m)
    const id = await createFirst(container)
    await teach(container, 'kettle.md', KETTLE_MD, { title: 'Kettle K3' })
    const writer = await createAssistant(container, {
      name: 'Writer',
      language: 'en',
      answer_mode: 'compose',
    })
    const session = await createSession(container, writer)
    const frames = await (await stream(container, session, QUESTION)).rest()
    expect(frames.at(-1)).toHaveProperty('type', 'done')
    expect(data(await container.call('GET', '/health'))['chat']).toMatchObject({ device: 'cpu' })
    expect((await askOnce(container, id, QUESTION)).content).toContain('six weeks')
  })
})

/** Lets us in with a key of its own, and makes an assistant; its id. */
async function createFirst(container: Container): Promise<string> {
  const { stdout } = await container.exec('guichet', 'keys', 'create', '--json')
  const made = JSON.parse(stdout) as Record<string, string>
  container.keys = { 'x-api-key': made['client_id']!, 'x-api-secret': made['client_secret']! }
  return createAssistant(container, { name: 'Support', language: 'en' })
}
