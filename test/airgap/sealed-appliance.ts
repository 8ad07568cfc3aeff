import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { send, type Answer } from '../helpers/http.js'
import { modelsDir, type Reachable } from '../helpers/real-appliance.js'
import { SealedRoom } from './sealed-room.js'
import { judge, type Counters, type Verdict } from './verdict.js'

/** The port of a fresh start; in a network namespace of its own nobody else has it. */
const PORT = 8080
const READY_MS = 180_000
/** A reply that the model writes on a machine that does other things too. */
const CALL_MS = 270_000
/** What `npm start` runs. */
const SERVER = 'scripts/start.mjs'

/** `npm start` on an empty data folder in a sealed room, with both instruments on it from before its first breath. */
export class SealedAppliance implements Reachable {
  keys: Record<string, string> = {}
  readonly #begun = Date.now()
  #commands = 0

  private constructor(
    readonly room: SealedRoom,
    private readonly env: Record<string, string>,
    private readonly before: Counters,
  ) {}

  /** Starts it and waits until it can answer; `extra` goes to the environment of `npm start` alone. */
  static async start(extra: Record<string, string> = {}): Promise<SealedAppliance> {
    const room = await SealedRoom.open(PORT)
    try {
      const { PATH = '' } = process.env
      const env = {
        PATH,
        HOME: join(room.folder, 'home'),
        DATA_DIR: join(room.folder, 'data'),
        MODELS_DIR: modelsDir(),
        PORT: String(PORT),
        // @NOTE one: two wait for each other, which takes very long on a machine that does other things too.
        THREADS: '1',
      }
      mkdirSync(env.HOME)
      const appliance = new SealedAppliance(room, env, await room.counters())
      await room.start('server', ['npm', 'start'], { ...env, ...extra })
      await appliance.#ready()
      return appliance
    } catch (error) {
      await room.close()
      throw error
    }
  }

  /** Where the driver reaches it: through the hatch. */
  get origin(): string {
    return this.room.origin
  }

  /** Where it says it is, and where a browser in a room with the same hatch finds it. */
  get ownOrigin(): string {
    return `http://127.0.0.1:${PORT}`
  }

  call(method: string, path: string, given: Parameters<Reachable['call']>[2] = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(CALL_MS)
    const headers = { ...this.keys, ...given.headers }
    return send(`${this.origin}/api/v1${path}`, { signal, ...given, method, headers })
  }

  /** Runs `npm run guichet -- …` beside it, recorded as well; what it printed. */
  async guichet(...args: string[]): Promise<string> {
    const name = `command ${++this.#commands}`
    await this.room.start(name, ['npm', 'run', '--silent', 'guichet', '--', ...args], this.env)
    const code = await this.room.exit(name)
    if (code !== 0) throw new Error(`guichet ${args.join(' ')} ended with ${code}: ${this.#said(name)}`)
    return this.room.output(name)
  }

  /** What has appeared in the home folder, which was empty. */
  atHome(): string[] {
    return readdirSync(this.env['HOME'] ?? '')
  }

  /** Waits until it has lived for so many ms. */
  async lived(ms: number): Promise<void> {
    await pause(Math.max(0, this.#begun + ms - Date.now()))
  }

  /** Ends it with SIGTERM; its exit code, and what the instruments say of its whole life. */
  async end(): Promise<{ code: number; verdict: Verdict }> {
    if ((await this.room.signal(SERVER, 'SIGTERM')) !== 1) throw new Error(this.#said('server'))
    const code = await this.room.exit('server')
    const after = await this.room.counters()
    await this.room.knock()
    const control = await this.room.counters()
    const recordings = this.room.recordings()
    return { code, verdict: judge({ recordings, before: this.before, after, control, port: PORT }) }
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + READY_MS
    for (;;) {
      const { status } = await send(`${this.origin}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(
        () => ({ status: 0 }),
      )
      if (status === 200) break
      if (Date.now() > deadline || (await this.room.ended('server')))
        throw new Error(`The sealed appliance did not become ready: ${this.#said('server')}`)
      await pause(100)
    }
    const [, id = ''] = /Client id +(\S+)/.exec(this.room.output('server')) ?? []
    const [, secret = ''] = /Secret +(\S+)/.exec(this.room.output('server')) ?? []
    this.keys = { 'x-api-key': id, 'x-api-secret': secret }
  }

  #said(name: string): string {
    return `${this.room.output(name)}\n${this.room.output(name, 'err')}`
  }
}
