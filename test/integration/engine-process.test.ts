import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineEvent, GenerateOptions } from '#src/inference/engine.js'
import { LlamaProcess, type LlamaProcessOptions } from '#src/inference/llama-process.js'
import { createLogger } from '#src/log.js'

interface Life {
  load?: 'ready' | 'crash' | 'fail' | 'garbage' | 'hang'
  reply?:
    'answer' | 'crash' | 'hang' | 'crash after acceptance' | 'crash after token' | 'endless' | 'environment'
  deaf?: boolean
  stubborn?: boolean
}

/** Generous: other work may hold the processor. */
const WAIT = { timeout: 10_000 }

let dir: string
let modelFile: string
const engines: LlamaProcess[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engine-'))
  modelFile = join(dir, 'fake.gguf')
})

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
  rmSync(dir, { recursive: true })
})

function engineLiving(lives: Life[], options: Partial<LlamaProcessOptions> = {}): LlamaProcess {
  const header = Buffer.from('GGUF\x03\0\0\0', 'latin1')
  writeFileSync(
    modelFile,
    Buffer.concat([header, Buffer.from(JSON.stringify(lives)), Buffer.alloc(1_000_000)]),
  )
  return engineWith(options)
}

function engineWith(options: Partial<LlamaProcessOptions>): LlamaProcess {
  const engine = new LlamaProcess({
    modelFile,
    modelName: 'fake',
    threads: 1,
    gpu: 'off',
    contextTokens: 512,
    environment: process.env,
    log: createLogger('silent', false),
    childScript: new URL('./engine-fake-child.mjs', import.meta.url),
    restart: { firstDelayMs: 10, longestDelayMs: 20, maxFailures: 3, healthyMs: 60_000 },
    ...options,
  })
  engines.push(engine)
  return engine
}

/** Process ids of all the children there have been. */
function lives(): number[] {
  return readFileSync(`${modelFile}.lives`, 'utf8').trim().split('\n').map(Number)
}

function ask(engine: LlamaProcess, content: string, options: Partial<GenerateOptions> = {}) {
  return engine.generate([{ role: 'user', content }], { maxTokens: 10, ...options })
}

async function read(events: AsyncIterable<EngineEvent>): Promise<string> {
  let text = ''
  for await (const event of events) if (event.type === 'token') text += event.text
  return text
}

async function answer(engine: LlamaProcess, content: string): Promise<string> {
  return read(await ask(engine, content))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('starting', () => {
  it('starts nothing until somebody needs the model', async () => {
    const engine = engineLiving([{}])
    expect(engine.status()).toMatchObject({ state: 'unloaded', pid: null, model: 'fake' })

    expect(await answer(engine, 'hello')).toContain('hello')
    expect(engine.status()).toMatchObject({ state: 'ready', device: 'cpu', pid: lives()[0] })
  })

  it('gives the child no secrets and none of our options', async () => {
    vi.stubEnv('BOOTSTRAP_CLIENT_SECRET', 'very-secret-indeed')
    vi.stubEnv('NODE_OPTIONS', '--no-warnings')
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '0')
    const environment = await answer(engineLiving([{ reply: 'environment' }]), '')
    vi.unstubAllEnvs()

    expect(environment).toContain('"CUDA_VISIBLE_DEVICES":"0"')
    expect(environment).not.toMatch(/secret|NODE_OPTIONS|VITEST/i)
  })

  it('says what to do when there is no model file', async () => {
    const engine = engineWith({})
    expect(engine.status().state).toBe('missing')
    const refusal = { code: 'model_unavailable', message: expect.stringContaining('models folder') as string }
    await expect(engine.load()).rejects.toMatchObject(refusal)
    await expect(ask(engine, 'hello')).rejects.toMatchObject(refusal)
    expect(engine.status()).toMatchObject({ state: 'missing', pid: null })
  })

  it('finds a model file that arrives later', async () => {
    const engine = engineWith({})
    await expect(engine.load()).rejects.toMatchObject({ code: 'model_unavailable' })
    engineLiving([{}])
    await engine.load()
    expect(engine.status().state).toBe('ready')
  })

  it('refuses a file that is no GGUF without starting a process', async () => {
    const engine = engineWith({})
    writeFileSync(modelFile, Buffer.alloc(2_000_000, 'x'))
    await expect(engine.load()).rejects.toMatchObject({
      message: expect.stringContaining('not a GGUF') as string,
    })
    expect(engine.status()).toMatchObject({ state: 'failed', pid: null })
  })

  it('does not try again by itself when the model cannot be loaded', async () => {
    const engine = engineLiving([{ load: 'fail' }, {}])
    await expect(engine.load()).rejects.toMatchObject({
      message: expect.stringContaining('architecture') as string,
    })
    await expect(ask(engine, 'hello')).rejects.toMatchObject({ code: 'model_unavailable' })
    expect(lives()).toHaveLength(1)

    await engine.load()
    expect(engine.status()).toMatchObject({ state: 'ready', detail: null })
  })

  it('kills a child that does not load in time', async () => {
    const engine = engineLiving([{ load: 'hang' }, {}], { deadlines: { loadMs: 2_000 } })
    await engine.load()
    expect(lives()).toHaveLength(2)
    expect(isAlive(lives()[0] ?? 0)).toBe(false)
  })

  it('kills a child that talks nonsense', async () => {
    const engine = engineLiving([{ load: 'garbage' }, {}])
    await engine.load()
    expect(lives()).toHaveLength(2)
    expect(engine.status().restarts).toBe(1)
  })
})

describe('a child that dies', () => {
  it('is replaced, and a reply that had sent nothing is given to the next one', async () => {
    const engine = engineLiving([{ reply: 'crash after acceptance' }, {}])
    expect(await answer(engine, 'hello')).toBe(`pid ${lives()[1]}: hello`)
  })

  it('does not get the same reply a third time', async () => {
    const engine = engineLiving([{ reply: 'crash' }, { reply: 'crash' }, {}])
    await expect(ask(engine, 'poison')).rejects.toMatchObject({ code: 'model_unavailable' })
    expect(await answer(engine, 'hello')).toBe(`pid ${lives()[2]}: hello`)
    expect(lives()).toHaveLength(3)
  })

  it('ends the reply under way with an error after what was written', async () => {
    const engine = engineLiving([{ reply: 'crash after token' }, {}])
    const events: EngineEvent[] = []
    const reading = async () => {
      for await (const event of await ask(engine, 'hello')) events.push(event)
    }
    await expect(reading()).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining('interrupted') as string,
    })
    expect(events).toEqual([{ type: 'token', text: `pid ${lives()[0]}: ` }])
    expect(await answer(engine, 'again')).toBe(`pid ${lives()[1]}: again`)
  })

  it('comes back when nobody is asking', async () => {
    const engine = engineLiving([{}])
    await engine.load()
    process.kill(engine.status().pid ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(engine.status()).toMatchObject({ state: 'ready', pid: lives()[1] }), WAIT)
  })

  it('is given up after too many failures, until somebody asks to load again', async () => {
    const engine = engineLiving([...Array<Life>(4).fill({ load: 'crash' }), {}])
    await expect(engine.load()).rejects.toMatchObject({
      message: expect.stringContaining('4 times') as string,
    })
    expect(engine.status().state).toBe('failed')
    await expect(ask(engine, 'hello')).rejects.toMatchObject({ code: 'model_unavailable' })
    expect(lives()).toHaveLength(4)

    await engine.load()
    expect(await answer(engine, 'hello')).toContain('hello')
  })

  it('is killed when it hangs over a reply', async () => {
    const engine = engineLiving([{ reply: 'hang' }, {}], { deadlines: { stallMs: 1_000, pingMs: 50 } })
    expect(await answer(engine, 'hello')).toBe(`pid ${lives()[1]}: hello`)
  })

  it('is killed when it gives no sign of life', async () => {
    const engine = engineLiving([{ deaf: true }, {}], { deadlines: { stallMs: 1_000, pingMs: 50 } })
    await engine.load()
    await vi.waitFor(() => expect(engine.status()).toMatchObject({ state: 'ready', pid: lives()[1] }), WAIT)
  })
})

describe('replies', () => {
  it('ends the stream at once when the signal aborts, and frees the engine', async () => {
    const engine = engineLiving([{ reply: 'endless' }])
    const leaving = new AbortController()
    const reading = async () => {
      for await (const _ of await ask(engine, 'hello', { signal: leaving.signal })) leaving.abort()
    }
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' })
    await vi.waitFor(() => expect(engine.status().queue?.running).toBe(0), WAIT)
  })

  it('stops writing when its reader stops reading', async () => {
    const engine = engineLiving([{ reply: 'endless' }])
    for await (const _ of await ask(engine, 'hello')) break
    await vi.waitFor(() => expect(engine.status().queue?.running).toBe(0), WAIT)
  })

  it('frees the engine when a reply is cancelled while its child is being replaced', async () => {
    const engine = engineLiving([{ reply: 'crash' }, { load: 'hang' }])
    const leaving = new AbortController()
    const asked = ask(engine, 'hello', { signal: leaving.signal })
    await vi.waitFor(() => expect(engine.status().state).toBe('restarting'), WAIT)
    leaving.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    expect(engine.status().queue?.running).toBe(0)
  })

  it('writes one at a time and refuses more than the queue holds', async () => {
    const engine = engineLiving([{ reply: 'endless' }], { queue: { capacity: 1, deadlineMs: 60_000 } })
    const first = new AbortController()
    await ask(engine, 'first', { signal: first.signal })
    const places: number[][] = []
    const second = ask(engine, 'second', { onQueued: (...place) => places.push(place) })
    await expect(ask(engine, 'third')).rejects.toMatchObject({ code: 'busy' })
    expect(engine.status().queue).toEqual({ running: 1, waiting: 1, capacity: 1, refused: 1 })

    first.abort()
    await second
    expect(places).toEqual([[1, expect.any(Number)]])
  })
})

describe('closing', () => {
  it('ends the child and whatever was being written', async () => {
    const engine = engineLiving([{ reply: 'endless' }])
    const events = await ask(engine, 'hello')
    const pid = engine.status().pid ?? 0
    await engine.close()
    expect(isAlive(pid)).toBe(false)
    await expect(read(events)).rejects.toMatchObject({ code: 'model_unavailable' })
    await expect(engine.load()).rejects.toMatchObject({ code: 'model_unavailable' })
  })

  it('kills a child that will not end', async () => {
    const engine = engineLiving([{ stubborn: true }], { deadlines: { closeMs: 100 } })
    await engine.load()
    const pid = engine.status().pid ?? 0
    await engine.close()
    expect(isAlive(pid)).toBe(false)
  })
})
