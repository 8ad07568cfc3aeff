import inspector from 'node:inspector'
import { Worker } from 'node:worker_threads'
import type { Logger } from '../log.js'

const BEAT_MS = 1000

/** Where in the shared memory each number stands. */
export const STATE = { beats: 0, ending: 1, debugged: 2 } as const

/** What the thread is started with; times in milliseconds. */
export interface WatchdogData {
  state: Int32Array
  stuckMs: number
  endMs: number
  logLevel: string
}

/** How long the watchdog waits, in milliseconds. */
export interface Patience {
  /** The event loop stands still. */
  stuckMs: number
  /** The process was told to end. */
  endMs: number
}

/**
 * Has a thread of its own watch the event loop, which cannot notice itself that it stands still: it then answers nobody
 * and hears no signal. After `stuckMs` the thread says so in the log and kills the process, for a supervisor to start
 * it again; likewise `endMs` after `ending` was called. Time in which the machine slept does not count, nor does
 * standing still while a debugger may be attached. Process 1 of a container cannot be killed from inside, which is said.
 */
export function startWatchdog({ stuckMs, endMs }: Patience, log: Logger): { ending(): void } {
  const state = new Int32Array(new SharedArrayBuffer(Object.keys(STATE).length * 4))
  const workerData: WatchdogData = { state, stuckMs, endMs, logLevel: log.level }
  const thread = new Worker(new URL('watchdog-thread.js', import.meta.url), {
    workerData,
    execArgv: [],
    env: {},
  })
  thread.on('error', (error) => {
    log.warn({ err: error }, 'nobody watches the event loop')
  })
  thread.unref()
  setInterval(() => {
    Atomics.store(state, STATE.debugged, inspector.url() === undefined ? 0 : 1)
    Atomics.add(state, STATE.beats, 1)
  }, BEAT_MS).unref()
  return {
    ending() {
      Atomics.store(state, STATE.ending, 1)
      Atomics.notify(state, STATE.ending)
    },
  }
}
