import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ZodType } from 'zod'
import { BackupError } from './backup-error.js'
import { Looked, Outcome, type LookOrder, type Order } from './protocol.js'

/** How long it may take to remove what it has begun: less than what the appliance has for its own end. */
const CLOSE_MS = 2000
/** After it was killed. The system keeps a process that waits for a disk until the disk answers. */
const KILLED_MS = 500
/** Most a look at a folder may take. */
const LOOK_MS = 10_000

/** What a backup in a process of its own came to. */
export type BackupDone = Omit<Extract<Outcome, { type: 'done' }>, 'type'>

/** Makes a backup and removes those that are too many; rejects within some seconds after the signal. */
export type RunBackup = (order: Order, signal: AbortSignal) => Promise<BackupDone>

/** Looks at a folder of backups; rejects with a BackupError when it does not answer. */
export type LookAtBackups = (dir: string) => Promise<Looked>

/**
 * Takes backups in a child process, with less claim to the processor than the appliance.
 * @param environment what the child may know of ours: nothing secret.
 */
export function backupProcess(environment: Record<string, string>): RunBackup {
  return async (order, signal) => {
    signal.throwIfAborted()
    const outcome = await ask('backup-child.js', order, Outcome, environment, signal)
    signal.throwIfAborted()
    if (outcome?.type === 'done') return outcome
    throw new BackupError(outcome?.message ?? 'Its process ended unexpectedly; the next run begins anew.')
  }
}

/** Looks at a folder of backups from a child process. */
export function lookProcess(environment: Record<string, string>): LookAtBackups {
  return async (dir) => {
    const late = new AbortController()
    const clock = setTimeout(() => late.abort(), LOOK_MS).unref()
    const order: LookOrder = { dir }
    const looked = await ask('look-child.js', order, Looked, environment, late.signal)
    clearTimeout(clock)
    if (looked !== undefined) return looked
    throw new BackupError(
      late.signal.aborted
        ? `${dir} did not answer within ${String(LOOK_MS / 1000)} seconds: look for a disk that hangs.`
        : `The process that looks at ${dir} ended unexpectedly.`,
    )
  }
}

/** Tells a child what to do and waits for its end, or until it was given up; undefined when it said nothing. */
async function ask<T>(
  script: string,
  order: Order | LookOrder,
  answer: ZodType<T>,
  environment: Record<string, string>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let said: T | undefined
  let broken: Error | undefined
  child.on('message', (raw) => {
    const parsed = answer.safeParse(raw)
    if (parsed.success) said = parsed.data
  })
  child.on('error', (error) => (broken = error))
  if (child.connected) child.send(order, () => undefined)
  await endOf(child, signal)
  if (said === undefined && broken !== undefined && child.pid === undefined)
    throw new BackupError(`Its process could not be started (${broken.message}).`, { cause: broken })
  return said
}

/** Waits for a child's end; after the signal not for long, and it then keeps nobody from ending. */
function endOf(child: ChildProcess, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let impatience: NodeJS.Timeout | undefined
    const gone = () => {
      signal.removeEventListener('abort', end)
      clearTimeout(impatience)
      resolve()
    }
    const letGo = () => {
      child.unref()
      if (child.connected) child.disconnect()
      gone()
    }
    const kill = () => {
      child.kill('SIGKILL')
      impatience = setTimeout(letGo, KILLED_MS)
    }
    const end = () => {
      child.kill('SIGTERM')
      impatience = setTimeout(kill, CLOSE_MS)
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
    child.once('exit', gone)
    child.once('error', () => {
      if (child.pid === undefined) gone()
    })
  })
}
