import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ApplianceError, type Access } from '../appliance/appliance.js'
import type { EventLoopDelay } from './event-loop.js'
import { memoryOf, type Memory } from './memory.js'

const CHILD = fileURLToPath(new URL('http-child.js', import.meta.url))
const START_MS = 60_000
const Started = z.object({ url: z.string() })
const Delay = z.object({ p99: z.number(), max: z.number() })

/** A server to be measured, in a process of its own. */
export class MeasuredServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly access: Access,
  ) {}

  /**
   * Starts the appliance with scripted engines on a data folder, or, without one, a bare Express.
   * @throws ApplianceError when it does not listen within a minute.
   */
  static async start(dataDir?: string): Promise<MeasuredServer> {
    const [key, secret] = ['scratch', 'scratch-secret-0001']
    const env = {
      ...process.env,
      DATA_DIR: dataDir ?? '',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_PER_HOUR: '0',
      BOOTSTRAP_CLIENT_ID: key,
      BOOTSTRAP_CLIENT_SECRET: secret,
    }
    const child = fork(CHILD, [dataDir === undefined ? 'bare' : 'appliance'], { env })
    const told = once(child, 'message', { signal: AbortSignal.timeout(START_MS) })
    const gone = once(child, 'exit').then(() => undefined)
    const first = (await Promise.race([told, gone]).catch(() => undefined)) as unknown[] | undefined
    const started = Started.safeParse(first?.[0])
    if (started.success) return new MeasuredServer(child, { url: started.data.url, key, secret })
    child.kill('SIGKILL')
    throw new ApplianceError('The server to be measured did not start; see above.')
  }

  /** The event loop's delay since this was last asked. */
  async eventLoop(): Promise<EventLoopDelay> {
    const told = once(this.child, 'message')
    this.child.send('delay')
    return Delay.parse((await told)[0])
  }

  memory(): Promise<Memory | undefined> {
    return memoryOf(this.child.pid)
  }

  /** Ends the process at once; what it had answered is stored. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}
