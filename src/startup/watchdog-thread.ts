import { workerData } from 'node:worker_threads'
import { createLogger } from '../log.js'
import { STATE, type WatchdogData } from './watchdog.js'

const TICK_MS = 1000

/** Counts its own ticks and looks at no clock: a machine that slept has not ticked either. */
function watch({ state, stuckMs, endMs, logLevel }: WatchdogData): void {
  let beats = 0
  let standing = 0
  while (standing * TICK_MS < stuckMs) {
    if (Atomics.wait(state, STATE.ending, 0, TICK_MS) !== 'timed-out') {
      Atomics.wait(state, STATE.ending, 1, endMs)
      kill(`did not end within ${endMs / 1000} s of being told to`, logLevel)
      return
    }
    const now = Atomics.load(state, STATE.beats)
    const lives = now !== beats || Atomics.load(state, STATE.debugged) === 1
    standing = lives ? 0 : standing + 1
    beats = now
  }
  kill(`has done nothing but one thing for ${stuckMs / 1000} s and answers nobody`, logLevel)
}

const LAST_WORD_MS = 100

function kill(what: string, logLevel: string): void {
  const log = createLogger(logLevel, false)
  log.fatal(`the process ${what}: it is killed`)
  // @NOTE whoever reads the log through a pipe gets a moment to take the line.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_WORD_MS)
  process.kill(process.pid, 'SIGKILL')
  // Only where the kernel spares the first process of a container.
  log.fatal('the process cannot be killed from inside its container: start the container with --init')
}

watch(workerData as WatchdogData)
