import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Where an appliance is and how to be let in. */
export interface Access {
  url: string
  key: string
  secret: string
}

/** Seconds from the start of the process until it listened, and until it could answer questions. */
export interface StartTimes {
  listening: number
  ready: number
}

/** The appliance cannot go on; the message says what it said itself. */
export class ApplianceError extends Error {
  override readonly name = 'ApplianceError'
}

const START_MS = 120_000
const STOP_MS = 10_000
const PROBE_EVERY_MS = 25
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** The built appliance as a process of its own, on an empty data folder and a free port. */
export class Appliance {
  #child: ChildProcess | undefined
  #stopped: Promise<void> | undefined

  private constructor(
    /** Holds its data until `stop`. */
    readonly dataDir: string,
    readonly access: Access,
    private readonly env: Record<string, string>,
  ) {
    process.once('exit', () => {
      this.#child?.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    })
  }

  /** Makes the folder and finds a port; `settings` are environment variables beside those of this process. */
  static async prepare(modelsDir: string, settings: Record<string, string> = {}): Promise<Appliance> {
    const dataDir = await mkdtemp(join(tmpdir(), 'guichet-scratch-'))
    const port = String(await freePort())
    const access = { url: `http://127.0.0.1:${port}`, key: 'scratch', secret: 'scratch-secret-0001' }
    return new Appliance(dataDir, access, {
      PORT: port,
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      MODELS_DIR: modelsDir,
      RATE_LIMIT_PER_HOUR: '0',
      BOOTSTRAP_CLIENT_ID: access.key,
      BOOTSTRAP_CLIENT_SECRET: access.secret,
      ...settings,
    })
  }

  /** Of the running server; undefined when it does not run. */
  get pid(): number | undefined {
    return this.#isRunning() ? this.#child?.pid : undefined
  }

  /**
   * Starts the process on the data there is and waits until questions can be answered.
   * @throws ApplianceError when it ends, or is not ready within two minutes; the message repeats why, as it said it.
   */
  async begin(): Promise<StartTimes> {
    const started = performance.now()
    this.#child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...this.env },
    })
    const deadline = started + START_MS
    await this.#answers('/livez', deadline)
    const listening = (performance.now() - started) / 1000
    await this.#answers('/readyz', deadline)
    return { listening, ready: (performance.now() - started) / 1000 }
  }

  /** Ends the process and keeps its data; one that does not end within 10 s is killed. */
  async end(): Promise<void> {
    if (!this.#isRunning() || this.#child === undefined) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
  }

  /** Ends the process by kill -9 and keeps its data. */
  async kill(): Promise<void> {
    if (!this.#isRunning() || this.#child === undefined) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  /** Ends the process and removes its data; may be called more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.end().then(() => rm(this.dataDir, { recursive: true, force: true }))
    return this.#stopped
  }

  async #answers(path: string, deadline: number): Promise<void> {
    let said = 'It does not listen.'
    while (performance.now() < deadline) {
      if (!this.#isRunning())
        throw new ApplianceError('The appliance ended while it was being started; see above.')
      try {
        const response = await fetch(this.access.url + path, { signal: AbortSignal.timeout(5000) })
        said = await response.text()
        if (response.ok) return
      } catch (error) {
        said = String(error)
      }
      await wait(PROBE_EVERY_MS)
    }
    throw new ApplianceError(
      `The appliance was not ready within ${String(START_MS / 1000)} s. ${path} said last: ${said}`,
    )
  }

  #isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}
