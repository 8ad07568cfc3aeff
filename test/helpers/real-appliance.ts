import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { send, type Answer } from './http.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'dist/src/main.js')
const LISTEN_MS = 30_000
const READY_MS = 60_000
/** A little more than the grace the product gives to requests under way. */
const EXIT_MS = 15_000
const CALL_MS = 60_000

const REAL_CREDENTIALS = { clientId: 'real-client', clientSecret: 'a-secret-of-the-real-tests' }

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A product's process, with all it has said so far. */
interface Running {
  child: ChildProcess
  stdout: string
  stderr: string
  exited: Promise<Exit>
}

/** The models folder of this machine; throws when the models that tests need are not in it. */
export function modelsDir(): string {
  const dir = process.env['MODELS_DIR'] ?? join(ROOT, 'models')
  for (const model of ['all-MiniLM-L6-v2', 'tinyllama-1.1b-chat-iq2_xxs.gguf']) {
    if (!existsSync(join(dir, model)))
      throw new Error(`These tests need ${model} in ${dir}; "npm test" fetches it.`)
  }
  return dir
}

/** Runs the product until it ends by itself, as a start that is refused does. */
export async function runToEnd(
  env: Record<string, string>,
): Promise<Exit & { stdout: string; stderr: string }> {
  const running = launch(env)
  const exit = await endOf(running)
  return { ...exit, stdout: running.stdout, stderr: running.stderr }
}

export interface StartOptions {
  env?: Record<string, string>
  credentials?: typeof REAL_CREDENTIALS
  ready?: boolean
}

/** The product as its users run it: a process of its own, reached over HTTP, with the real models. */
export class RealAppliance {
  /** Headers that let the first client in. */
  readonly keys: Record<string, string>
  #running: Running | undefined
  #origin = ''

  private constructor(
    readonly dataDir: string,
    private readonly env: Record<string, string>,
    { clientId, clientSecret }: typeof REAL_CREDENTIALS,
  ) {
    this.keys = { 'x-api-key': clientId, 'x-api-secret': clientSecret }
  }

  /** Starts on an empty data folder and a free port, and waits until it listens; with `ready`, until search can answer. */
  static async start({ env = {}, credentials = REAL_CREDENTIALS, ready = true }: StartOptions = {}) {
    const dataDir = env['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'guichet-real-')))
    const settings = {
      PORT: '0',
      DATA_DIR: dataDir,
      MODELS_DIR: env['MODELS_DIR'] ?? modelsDir(),
      MODEL_FETCH: 'false',
      RATE_LIMIT_PER_HOUR: '0',
      THREADS: '2',
      BOOTSTRAP_CLIENT_ID: credentials.clientId,
      BOOTSTRAP_CLIENT_SECRET: credentials.clientSecret,
      ...env,
    }
    const appliance = new RealAppliance(dataDir, settings, credentials)
    try {
      await appliance.begin(ready)
    } catch (error) {
      await appliance.stop()
      throw error
    }
    return appliance
  }

  get origin(): string {
    return this.#origin
  }

  /** What this run has printed: the announcement. */
  get stdout(): string {
    return this.#running?.stdout ?? ''
  }

  get stderr(): string {
    return this.#running?.stderr ?? ''
  }

  /** The one-time link of the first start. */
  get operatorLink(): string {
    const link = /http\S+\/operator\?token=\S+/.exec(this.stdout)?.[0]
    if (link === undefined) throw new Error(`No operator link in:\n${this.stdout}`)
    return link
  }

  /** Starts again on the same data; the port is another. */
  async begin(ready = true): Promise<void> {
    const running = launch(this.env)
    this.#running = running
    this.#origin = await within(LISTEN_MS, running, 'did not listen', () =>
      Promise.resolve(/Page\s+(http:\S+?)\/?\s/.exec(running.stdout)?.[1]),
    )
    if (ready) await this.ready()
  }

  /** Resolves once `/readyz` says so. */
  async ready(): Promise<void> {
    await within(READY_MS, this.#process(), 'was not ready', async () => {
      const { status } = await send(`${this.#origin}/readyz`, { signal: AbortSignal.timeout(5000) })
      return status === 200 ? true : undefined
    })
  }

  /** A request to `/api/v1…` with the first client's keys. */
  call(
    method: string,
    path: string,
    given: { body?: unknown; raw?: FormData; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const { headers = {}, ...rest } = given
    return send(`${this.#origin}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(CALL_MS),
      ...rest,
      headers: { ...this.keys, ...headers },
    })
  }

  /** Sends the process a signal and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    const running = this.#process()
    running.child.kill(signal)
    return endOf(running)
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    const running = this.#running
    if (running !== undefined) {
      running.child.kill('SIGKILL')
      await endOf(running)
    }
    await rm(this.dataDir, { recursive: true, force: true })
  }

  #process(): Running {
    if (this.#running === undefined) throw new Error('The appliance was never started.')
    return this.#running
  }
}

function launch(env: Record<string, string>): Running {
  const { PATH = '', HOME = tmpdir() } = process.env
  // @NOTE not the environment of the tests, which may hold settings of the product's.
  const child = spawn(process.execPath, [MAIN], {
    cwd: ROOT,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const running: Running = {
    child,
    stdout: '',
    stderr: '',
    exited: new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal })
      })
    }),
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (running.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (running.stderr += text))
  return running
}

async function endOf(running: Running): Promise<Exit> {
  const late = pause(EXIT_MS, undefined, { ref: false })
  const exit = await Promise.race([running.exited, late])
  if (exit !== undefined) return exit
  running.child.kill('SIGKILL')
  throw new Error(`The process did not end within ${EXIT_MS / 1000} s. It said:\n${running.stderr}`)
}

/** Asks until there is an answer; fails when the process ends or the time is up. */
async function within<T>(
  limitMs: number,
  running: Running,
  complaint: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    const { exitCode, signalCode } = running.child
    const ended = exitCode ?? signalCode
    if (ended !== null || Date.now() > deadline) {
      const why = ended === null ? complaint : `ended with ${ended}`
      throw new Error(`The appliance ${why}. It said:\n${running.stdout}\n${running.stderr}`)
    }
    await pause(50)
  }
}
