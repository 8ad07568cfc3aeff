import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { send, type Answer } from './http.js'
import { endOf, launch, within, type Exit, type Running } from './real-process.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LISTEN_MS = 30_000
const READY_MS = 60_000
const CALL_MS = 60_000

const REAL_CREDENTIALS = { clientId: 'real-client', clientSecret: 'a-secret-of-the-real-tests' }

/** The models folder of this machine; throws when the models that tests need are not in it. */
export function modelsDir(): string {
  const dir = process.env['MODELS_DIR'] ?? join(ROOT, 'models')
  for (const model of ['all-MiniLM-L6-v2', 'tinyllama-1.1b-chat-iq2_xxs.gguf']) {
    if (!existsSync(join(dir, model)))
      throw new Error(`These tests need ${model} in ${dir}; "npm test" fetches it.`)
  }
  return dir
}

export interface StartOptions {
  env?: Record<string, string>
  credentials?: typeof REAL_CREDENTIALS
  ready?: boolean
}

/** An appliance that can be asked over HTTP with its first client's keys. */
export type Reachable = Pick<RealAppliance, 'origin' | 'keys' | 'call'>

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
