import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { STRACE, UNSHARE } from './needs.mjs'
import { readRecording, type Recording } from './recording.js'
import { openHatch } from './seal.mjs'
import type { Counters } from './verdict.js'

const SERVER_ROOM = fileURLToPath(new URL('./server-room.mjs', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** For anything that is told to the room; what takes long is waited for outside. */
const ORDER_MS = 120_000

/**
 * Fresh namespaces of network, mounts and processes with nothing but loopback, and every program in them under strace.
 * The only way in is a hatch, a Unix socket to one port. All that runs in there ends with the room.
 */
export class SealedRoom {
  readonly #recorded: string[] = []
  readonly #orders = new Map<number, { resolve: (answer: unknown) => void; reject: (why: Error) => void }>()
  #lastOrder = 0

  private constructor(
    /** Where outputs and recordings lie, and the hatch. */
    readonly folder: string,
    /** Where the hatch is reached from this side; the room's port is another. */
    readonly origin: string,
    private readonly keeper: ChildProcess,
    private readonly door: Server,
  ) {}

  /** Makes a room whose hatch leads to this port of its loopback. */
  static async open(port: number): Promise<SealedRoom> {
    const folder = await mkdtemp(join(tmpdir(), 'guichet-airgap-'))
    const door = await openHatch({ host: '127.0.0.1', port: 0 }, { path: join(folder, 'hatch') })
    const [file, ...args] = [...UNSHARE, process.execPath, SERVER_ROOM, folder, String(port)]
    const keeper = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const origin = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
    const room = new SealedRoom(folder, origin, keeper, door)
    try {
      await room.#ready()
    } catch (error) {
      await room.close()
      throw error
    }
    return room
  }

  /** Starts a command under strace with this environment and nothing else. */
  async start(name: string, command: string[], env: Record<string, string>): Promise<void> {
    this.#recorded.push(name)
    const recorder = [...STRACE, '-o', join(this.folder, `${name}.strace`)]
    await this.#tell('start', { name, command: [...recorder, ...command], env, cwd: ROOT })
  }

  /** Waits for a command's end; its exit code. */
  async exit(name: string): Promise<number> {
    return (await this.#tell('exit', { name })) as number
  }

  /** Whether a command has ended. */
  async ended(name: string): Promise<boolean> {
    return (await this.#tell('ended', { name })) as boolean
  }

  /** Signals the program whose first argument this is; how many there were. */
  async signal(argument: string, signal: NodeJS.Signals): Promise<number> {
    return (await this.#tell('signal', { argument, signal })) as number
  }

  async counters(): Promise<Counters> {
    return (await this.#tell('counters')) as Counters
  }

  /** Sends one packet outside by each protocol, to see that the counters notice. */
  async knock(): Promise<void> {
    await this.#tell('knock')
  }

  /** What a command has written so far. */
  output(name: string, kind: 'out' | 'err' = 'out'): string {
    return readFileSync(join(this.folder, `${name}.${kind}`), 'utf8')
  }

  /** What was recorded of each command. */
  recordings(): Record<string, Recording> {
    const read = (name: string) => readRecording(readFileSync(join(this.folder, `${name}.strace`), 'utf8'))
    return Object.fromEntries(this.#recorded.map((name) => [name, read(name)]))
  }

  /** Ends everything in it and removes its folder. */
  async close(): Promise<void> {
    if (this.keeper.exitCode === null && this.keeper.signalCode === null) {
      this.keeper.kill('SIGKILL')
      await once(this.keeper, 'exit')
    }
    this.door.close()
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 })
  }

  async #ready(): Promise<void> {
    let complaint = ''
    this.keeper.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    const opened = this.#expect(0)
    this.keeper.on('message', (message: { id: number; answer?: unknown; error?: string }) => {
      const order = this.#orders.get(message.id)
      this.#orders.delete(message.id)
      if (message.error === undefined) order?.resolve(message.answer)
      else order?.reject(new Error(message.error))
    })
    const lose = () => {
      for (const { reject } of this.#orders.values())
        reject(new Error(`The sealed room is gone. ${complaint}`))
    }
    this.keeper.once('error', lose).once('exit', lose)
    await opened
  }

  #expect(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error('The sealed room does not answer.'))
      }, ORDER_MS)
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          clearTimeout(late)
          how(value)
        }
      this.#orders.set(id, { resolve: settle(resolve), reject: settle(reject) })
    })
  }

  #tell(order: string, given: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++this.#lastOrder
    const answer = this.#expect(id)
    this.keeper.send({ id, order, ...given })
    return answer
  }
}
