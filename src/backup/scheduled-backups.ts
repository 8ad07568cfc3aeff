import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Cron } from 'croner'
import type { BackupHealth } from '../contract/health.js'
import type { Logger } from '../log.js'
import { reasonOf } from './backup-error.js'
import type { RunBackup } from './backup-process.js'
import type { DataPaths } from './collect.js'
import { backupName, keptBackups, removeOldBackups, removePartials, sizeOfBackup } from './kept-backups.js'
import { isOverdue } from './schedule.js'
import { requireBackupFolder } from './take-backup.js'

/** A run that was missed while the appliance was off is made up for this long after the start. */
const CATCH_UP_MS = 60_000
/** How long a start waits for the folder to answer. */
const LOOK_MS = 2000
/** How long the appliance waits for a backup to end, which is killed before. */
const CLOSE_MS = 3000

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
  log: Logger
  /** For tests: milliseconds from the start to a run that makes up for a missed one. */
  catchUpMs?: number
}

/** Backups by the clock: one at a time, out of the way of those who wait for answers, the oldest removed. */
export class ScheduledBackups {
  readonly #cron: Cron
  readonly #closing = new AbortController()
  #catchUp: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #lastSuccess: { at: Date; bytes: number | null } | undefined
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
    const { dir } = this.options.settings
    try {
      await requireBackupFolder(dir)
    } catch (error) {
      this.#failed(error)
    }
    const newest = (await keptBackups(dir))[0]
    if (newest !== undefined) this.#lastSuccess = { at: newest.at, bytes: await sizeOfBackup(newest.file) }
    if (this.#closing.signal.aborted) return
    if (!isOverdue(this.options.settings.schedule, newest?.at)) return
    const wait = this.options.catchUpMs ?? CATCH_UP_MS
    this.#catchUp = setTimeout(() => void this.runNow(), wait).unref()
  }

  /** How the backups stand. */
  state(): BackupHealth {
    return {
      schedule: this.options.settings.schedule,
      next_at: this.#cron.nextRun()?.toISOString() ?? null,
      running: this.#running !== undefined,
      last_success_at: this.#lastSuccess?.at.toISOString() ?? null,
      last_bytes: this.#lastSuccess?.bytes ?? null,
      failures: this.#failures,
      last_error: this.#lastError ?? null,
    }
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
    const { settings, data, version, run, log } = this.options
    const at = new Date()
    try {
      await requireBackupFolder(settings.dir)
      await removePartials(settings.dir)
      const file = join(settings.dir, backupName(at))
      const request = { data, file, force: false, withKeys: settings.withKeys, version }
      const { bytes, missingUploads } = await run(request, this.#closing.signal)
      this.#lastSuccess = { at, bytes }
      this.#lastError = undefined
      log.info({ file, bytes }, 'a backup was taken')
      if (missingUploads.length > 0)
        log.warn({ missingUploads }, 'uploads are missing in the data folder, and so in the backup')
      for (const old of await removeOldBackups(settings.dir, settings.keep))
        log.info({ file: old }, 'an old backup was removed')
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1
    this.#lastError = reasonOf(error)
    this.options.log.error({ err: error }, 'the backup failed')
  }
}
