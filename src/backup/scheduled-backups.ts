import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Cron } from 'croner'
import type { BackupHealth } from '../contract/health.js'
import type { Logger } from '../log.js'
import { BackupError, reasonOf } from './backup-error.js'
import { lookProcess, type BackupDone, type LookAtBackups, type RunBackup } from './backup-process.js'
import type { DataPaths } from './collect.js'
import { backupName, newestOf } from './kept-backups.js'
import type { Order } from './protocol.js'
import { isOverdue, nextDue } from './schedule.js'

/** A run that was missed while the appliance was off is made up for this long after the start. */
const CATCH_UP_MS = 60_000
/** How long a start waits for the folder to answer. */
const LOOK_MS = 2000
/** How long the appliance waits for a backup to end, which is killed before. */
const CLOSE_MS = 3000
/** Nothing an appliance of this size holds takes that long; a disk that hangs does. */
const DEADLINE_MS = 2 * 3_600_000
/** A backup that was told to end and has not by then is not waited for. */
const GIVE_UP_MS = 5000

/** What the operator has asked for. */
export interface BackupSettings {
  dir: string
  /** A cron expression, in the local time zone. */
  schedule: string
  /** How many backups stay; 1 or more. */
  keep: number
  withKeys: boolean
}

export interface ScheduledBackupsOptions {
  settings: BackupSettings
  data: DataPaths
  version: string
  run: RunBackup
  /** How the folder is looked at; in a process of its own unless told. */
  look?: LookAtBackups
  log: Logger
  /** For tests: milliseconds from the start to a run that makes up for a missed one. */
  catchUpMs?: number
  /** For tests: milliseconds after which a backup is given up, and then no longer waited for. */
  deadlineMs?: number
  giveUpMs?: number
}

/**
 * Backups by the clock: one at a time, out of the way of those who wait for answers, the oldest removed. This process
 * never touches their folder, which may lie on a disk that hangs.
 */
export class ScheduledBackups {
  readonly #cron: Cron
  readonly #closing = new AbortController()
  readonly #begun = new Date()
  #catchUp: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #lastSuccess: { at: Date; bytes: number } | undefined
  #lastError: string | undefined
  #failures = 0

  /** @throws Error when the schedule is no cron expression. */
  constructor(private readonly options: ScheduledBackupsOptions) {
    this.#cron = new Cron(options.settings.schedule, { paused: true, unref: true }, () => this.runNow())
  }

  /**
   * Begins to follow the clock and looks at the folder, for two seconds at most: one on a disk that hangs holds up no
   * start. A folder that cannot be used is told by `state`.
   */
  async start(): Promise<void> {
    this.#cron.resume()
    await Promise.race([this.#look(), pause(LOOK_MS, undefined, { ref: false })])
  }

  async #look(): Promise<void> {
    const { settings, look = lookProcess({}) } = this.options
    const seen = await look(settings.dir).catch((error: unknown) => ({ problem: reasonOf(error), kept: [] }))
    if (this.#closing.signal.aborted) return
    if (seen.problem !== null) this.#failed(new BackupError(seen.problem))
    const newest = newestOf(seen.kept)
    if (newest !== undefined) this.#lastSuccess ??= { at: newest.at, bytes: newest.bytes }
    if (!isOverdue(settings.schedule, this.#lastSuccess?.at)) return
    const wait = this.options.catchUpMs ?? CATCH_UP_MS
    this.#catchUp = setTimeout(() => void this.runNow(), wait).unref()
  }

  /** How the backups stand. */
  state(): BackupHealth {
    return {
      schedule: this.options.settings.schedule,
      next_at: this.#cron.nextRun()?.toISOString() ?? null,
      due_at: this.#due()?.toISOString() ?? null,
      running: this.#running !== undefined,
      last_success_at: this.#lastSuccess?.at.toISOString() ?? null,
      last_bytes: this.#lastSuccess?.bytes ?? null,
      failures: this.#failures,
      last_error: this.#lastError ?? null,
    }
  }

  /** Without any backup, one has been due since the start. */
  #due(): Date | undefined {
    const last = this.#lastSuccess
    return last === undefined ? this.#begun : nextDue(this.options.settings.schedule, last.at)
  }

  /** Takes a backup now, or joins the one under way. Never rejects: what went wrong is logged and in `state`. */
  runNow(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve()
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Ends the clock and the backup under way, of which nothing is left. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#cron.stop()
    clearTimeout(this.#catchUp)
    await Promise.race([this.#running, pause(CLOSE_MS, undefined, { ref: false })])
  }

  async #run(): Promise<void> {
    const { settings, data, version, log } = this.options
    const at = new Date()
    const file = join(settings.dir, backupName(at))
    const { withKeys, keep } = settings
    try {
      const done = await this.#bounded({ data, file, force: false, withKeys, version, keep })
      this.#lastSuccess = { at, bytes: done.bytes }
      this.#lastError = undefined
      log.info({ file, bytes: done.bytes }, 'a backup was taken')
      if (done.missingUploads.length > 0)
        log.warn(
          { missingUploads: done.missingUploads },
          'uploads are missing in the data folder, and so in the backup',
        )
      for (const old of done.removed) log.info({ file: old }, 'an old backup was removed')
      if (done.unremoved.length > 0)
        this.#failed(
          new BackupError(
            `The backup was taken, but old ones could not be removed (${done.unremoved.join(', ')}).`,
          ),
        )
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(error)
    }
  }

  /** Gives a backup up that takes too long, also when it does not hear of it. */
  async #bounded(order: Order): Promise<BackupDone> {
    const { run, deadlineMs = DEADLINE_MS, giveUpMs = GIVE_UP_MS } = this.options
    const late = new AbortController()
    const clock = setTimeout(() => late.abort(tooLate(deadlineMs)), deadlineMs).unref()
    const signal = AbortSignal.any([this.#closing.signal, late.signal])
    const ended = new AbortController()
    const givenUp = async (): Promise<never> => {
      if (!signal.aborted) await once(signal, 'abort', { signal: ended.signal })
      await pause(giveUpMs, undefined, { ref: false, signal: ended.signal })
      throw signal.reason
    }
    try {
      return await Promise.race([run(order, signal), givenUp()])
    } finally {
      clearTimeout(clock)
      ended.abort()
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1
    this.#lastError = reasonOf(error)
    this.options.log.error({ err: error }, 'the backup failed')
  }
}

function tooLate(deadlineMs: number): BackupError {
  return new BackupError(
    `It was not done within ${String(Math.round(deadlineMs / 60_000))} minutes and was given up: look for a disk that hangs.`,
  )
}
