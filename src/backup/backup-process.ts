import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BackupError } from './backup-error.js'
import { Outcome } from './protocol.js'
import type { BackupRequest } from './take-backup.js'

/** Nothing an appliance of this size holds takes that long; a disk that hangs does. */
const DEADLINE_MS = 2 * 3600 * 1000
/** How long it may take to remove what it has begun: less than what the appliance has for its own end. */
const CLOSE_MS = 2000
const SCRIPT = fileURLToPath(new URL('backup-child.js', import.meta.url))

/** What a backup in a process of its own came to. */
export type BackupDone = Omit<Extract<Outcome, { type: 'done' }>, 'type'>

/** Makes a backup; tests hand in their own. */
export type RunBackup = (request: BackupRequest, signal: AbortSignal) => Promise<BackupDone>

/**
 * Takes backups in a child process, with less claim to the processor than the appliance.
 * @param environment what the child may know of ours: nothing secret.
 */
export function backupProcess(environment: Record<string, string>): RunBackup {
  return async (request, signal) => {
    signal.throwIfAborted()
    const child = fork(SCRIPT, [], {
      env: environment,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const limit = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
    const outcome = await outcomeOf(child, request, limit)
    signal.throwIfAborted()
    if (limit.aborted)
      throw new BackupError(
        `It was not done within ${String(DEADLINE_MS / 3_600_000)} hours and was ended: look for a disk that hangs.`,
      )
    if (outcome?.type === 'done') return outcome
    throw new BackupError(outcome?.message ?? 'Its process ended unexpectedly; the next run begins anew.')
  }
}

/** Tells the child what to do and waits for its end; undefined when it said nothing. */
function outcomeOf(
  child: ChildProcess,
  request: BackupRequest,
  limit: AbortSignal,
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    let said: Outcome | undefined
    let impatience: NodeJS.Timeout | undefined
    const end = () => {
      child.kill('SIGTERM')
      impatience = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS)
    }
    const gone = () => {
      limit.removeEventListener('abort', end)
      clearTimeout(impatience)
      resolve(said)
    }
    limit.addEventListener('abort', end, { once: true })
    child.on('message', (raw) => {
      const parsed = Outcome.safeParse(raw)
      if (parsed.success) said = parsed.data
    })
    child.once('exit', gone)
    child.once('error', (error) => {
      said ??= { type: 'failed', message: `Its process could not be started (${error.message}).` }
      if (child.pid === undefined) gone()
    })
    if (child.connected) child.send(request, () => undefined)
  })
}
