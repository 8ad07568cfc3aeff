import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupProcess, type RunBackup } from '#src/backup/backup-process.js'
import { checkBackup } from '#src/backup/restore-backup.js'
import { backupName } from '#src/backup/kept-backups.js'
import { ScheduledBackups } from '#src/backup/scheduled-backups.js'
import { checkBackups } from '#src/cli/check-backups.js'
import { readConfig } from '#src/config.js'
import { HealthDetails } from '#src/contract/health.js'
import { createLogger } from '#src/log.js'
import { startAppliance } from '../helpers/appliance.js'
import { guichet } from '../helpers/guichet.js'
import { data } from '../helpers/http.js'
import { knowledgeFolder, type KnowledgeFolder } from '../helpers/knowledge-folder.js'
import { RealAppliance } from '../helpers/real-appliance.js'

const never = new AbortController().signal
/** Never within a test. */
const YEARLY = '0 0 1 1 *'
const DONE = { bytes: 1, createdAt: '', missingUploads: [], removed: [], unremoved: [] }
const OLD = [
  'guichet-2020-01-01T030000Z.tar.gz',
  'guichet-2020-01-02T030000Z.tar.gz',
  'guichet-2020-01-03T030000Z.tar.gz',
]
const FOREIGN = [
  'guichet.tar.gz',
  'guichet-2019-01-01T030000Z.tar.gz.old',
  'my-guichet-2019-01-01T030000Z.tar.gz',
]

let folder: KnowledgeFolder
let dir: string
let running: ScheduledBackups | undefined
beforeEach(async () => {
  folder = await knowledgeFolder()
  dir = mkdtempSync(join(tmpdir(), 'guichet-scheduled-'))
})
afterEach(async () => {
  await running?.close()
  await folder.dispose()
  rmSync(dir, { recursive: true, force: true })
})

function schedule(
  given: {
    schedule?: string
    keep?: number
    catchUpMs?: number
    run?: RunBackup
    into?: string
    deadlineMs?: number
    giveUpMs?: number
  } = {},
) {
  const { path, uploads } = folder
  running = new ScheduledBackups({
    settings: {
      dir: given.into ?? dir,
      schedule: given.schedule ?? YEARLY,
      keep: given.keep ?? 7,
      withKeys: false,
    },
    data: { dir: path, uploads, database: join(path, 'appliance.db'), signingKey: join(path, 'signing.key') },
    version: '0.0.1',
    run: given.run ?? backupProcess({}),
    log: createLogger('silent', false),
    catchUpMs: given.catchUpMs ?? 3_600_000,
    ...(given.deadlineMs !== undefined && { deadlineMs: given.deadlineMs }),
    ...(given.giveUpMs !== undefined && { giveUpMs: given.giveUpMs }),
  })
  return running
}

const names = () => readdirSync(dir).sort()

/** Whoever tries whether this folder can be written to waits for ever, as for a disk that hangs. */
const hang = (folder: string) => execFileSync('mkfifo', [join(folder, '.guichet-probe')])

describe('scheduled backups', () => {
  it('are taken in a process of their own and can be restored', async () => {
    await folder.addFile('a', 'content')
    const backups = schedule()
    await backups.start()
    await backups.runNow()
    const [name = ''] = names()
    expect(name).toMatch(/^guichet-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz$/)
    const file = join(dir, name)
    const checked = await checkBackup({ file, dataDir: folder.path, version: '0.0.1' }, never)
    expect(checked).toMatchObject({ uploads: 1, withKeys: false })
    expect(backups.state()).toMatchObject({ running: false, last_error: null, last_bytes: checked.bytes })
    expect(backups.state().last_success_at?.slice(0, 10)).toBe(checked.createdAt.slice(0, 10))
  })

  it('come round by the clock', async () => {
    const taken: string[] = []
    const backups = schedule({
      schedule: '* * * * * *',
      run: ({ file }) => {
        taken.push(file)
        return Promise.resolve(DONE)
      },
    })
    await backups.start()
    await expect.poll(() => taken.length, { timeout: 10_000 }).toBeGreaterThan(1)
  })

  it('keep the newest, and never remove what the schedule has not made', async () => {
    for (const name of [...OLD, ...FOREIGN]) writeFileSync(join(dir, name), '')
    writeFileSync(join(dir, 'guichet-2020-01-04T030000Z.tar.gz.partial'), 'of one that was killed')
    const backups = schedule({ keep: 2 })
    await backups.runNow()
    const made = names().filter((name) => !FOREIGN.includes(name))
    expect(made).toHaveLength(2)
    expect(made[0]).toBe(OLD[2])
    expect(names()).toEqual(expect.arrayContaining(FOREIGN))
  })

  it('never remove the one just made, whatever the clock said when others were', async () => {
    const ahead = ['2090-01-01', '2090-01-02', '2090-01-03'].map((day) => `guichet-${day}T030000Z.tar.gz`)
    for (const name of [...OLD, ...ahead]) writeFileSync(join(dir, name), 'x')
    const backups = schedule({ keep: 2 })
    await backups.start()
    expect(backups.state().last_success_at).toBe('2020-01-03T03:00:00.000Z')
    const asked = readConfig({ BACKUP_DIR: dir, BACKUP_SCHEDULE: YEARLY }).backup
    expect((await checkBackups(asked))[0]).toMatchObject({
      status: 'note',
      text: expect.stringMatching(/^One was missed .+ 3 of those in .+ are dated in the future/) as string,
    })
    await backups.runNow()
    expect(names()).toEqual([OLD[2], expect.stringMatching(/^guichet-20[2-8]/)])
    expect(backups.state()).toMatchObject({ last_error: null, failures: 0 })
  })

  it('pass over what is called like a backup and is no file', async () => {
    for (const name of OLD) mkdirSync(join(dir, name))
    mkdirSync(join(dir, `${OLD[0] ?? ''}.partial`))
    const backups = schedule({ keep: 1 })
    await backups.start()
    expect(backups.state().last_success_at).toBeNull()
    for (let at = 0; at < 2; at += 1) {
      writeFileSync(join(dir, `guichet-2021-01-0${String(at + 1)}T030000Z.tar.gz`), '')
      await backups.runNow()
      expect(backups.state()).toMatchObject({ last_error: null, failures: 0 })
      expect(names().filter((name) => name.endsWith('.gz'))).toEqual([...OLD, expect.any(String)])
      rmSync(join(dir, names().at(-1) ?? ''))
    }
  })

  it('are given up when their disk hangs, say so, and succeed once it answers', async () => {
    hang(dir)
    const backups = schedule({ deadlineMs: 1000 })
    await backups.runNow()
    expect(backups.state()).toMatchObject({ running: false, failures: 1, last_success_at: null })
    expect(backups.state().last_error).toMatch(/was given up: look for a disk that hangs\.$/)
    rmSync(join(dir, '.guichet-probe'))
    await schedule().runNow()
    expect(running?.state()).toMatchObject({ last_error: null })
  })

  it('are given up also when nobody hears of it', async () => {
    let tries = 0
    const run: RunBackup = () => ((tries += 1) === 1 ? new Promise(() => undefined) : Promise.resolve(DONE))
    const backups = schedule({ run, deadlineMs: 1, giveUpMs: 1 })
    await backups.runNow()
    expect(backups.state()).toMatchObject({ running: false, failures: 1 })
    await backups.runNow()
    expect(backups.state()).toMatchObject({ running: false, last_error: null })
  })

  it('hold up neither the start nor the end of the appliance when their disk hangs', async () => {
    const hung = join(dir, 'hung')
    mkdirSync(hung)
    hang(hung)
    const appliance = await RealAppliance.start({
      env: { MODELS_DIR: dir, BACKUP_DIR: hung, BACKUP_SCHEDULE: '* * * * * *' },
      ready: false,
    })
    try {
      await expect
        .poll(async () => HealthDetails.parse(data(await appliance.call('GET', '/health'))).backup?.running, {
          timeout: 15_000,
        })
        .toBe(true)
      expect(await appliance.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    } finally {
      await appliance.stop()
    }
  })

  it('come round on 29 February too', async () => {
    const leap = '0 3 29 2 *'
    const config = readConfig({ BACKUP_DIR: dir, BACKUP_SCHEDULE: leap })
    writeFileSync(join(dir, 'guichet-2024-02-29T050000Z.tar.gz'), '')
    const backups = schedule({ schedule: leap, catchUpMs: 3_600_000 })
    await backups.start()
    expect(backups.state().last_success_at).toBe('2024-02-29T05:00:00.000Z')
    expect(backups.state().due_at).toBe(new Date(2028, 1, 29, 3).toISOString())
    expect(backups.state().next_at).toMatch(/-02-(28|29)T/)
    expect((await checkBackups(config.backup))[0]).toMatchObject({
      text: expect.stringContaining('2024-02-29T05:00:00.000Z') as string,
    })
  })

  it('are due by their schedule after the last that succeeded; before the first, from the start on', async () => {
    const before = Date.now()
    const empty = schedule({ schedule: '0 3 * * 0' })
    await empty.start()
    const due = Date.parse(empty.state().due_at ?? '')
    expect(due).toBeGreaterThanOrEqual(before)
    expect(due).toBeLessThanOrEqual(Date.now())
    await empty.close()

    // A Thursday and the Sunday after it.
    writeFileSync(join(dir, backupName(new Date(2026, 0, 1, 12))), '')
    const weekly = schedule({ schedule: '0 3 * * 0' })
    await weekly.start()
    expect(weekly.state().due_at).toBe(new Date(2026, 0, 4, 3).toISOString())
    await weekly.runNow()
    expect(Date.parse(weekly.state().due_at ?? '')).toBeGreaterThan(Date.now())
  })

  it('remove nothing when the new one failed, say why, and succeed the next time', async () => {
    for (const name of OLD) writeFileSync(join(dir, name), '')
    folder.database.connection.exec(
      `insert into kysely_migration (name, timestamp) values ('742-future', '')`,
    )
    const backups = schedule({ keep: 1 })
    await backups.start()
    await backups.runNow()
    expect(names()).toEqual(OLD)
    expect(backups.state().last_error).toMatch(/written by a newer version of Guichet/)
    expect(backups.state().last_success_at).toBe('2020-01-03T03:00:00.000Z')

    folder.database.connection.exec(`delete from kysely_migration where name = '742-future'`)
    await backups.runNow()
    expect(backups.state().last_error).toBeNull()
    expect(names()).toHaveLength(1)
  })

  it('make up for one that was missed while the appliance was off', async () => {
    writeFileSync(join(dir, OLD[0] ?? ''), '')
    await schedule({ catchUpMs: 0 }).start()
    await expect.poll(() => names().length, { timeout: 15_000 }).toBe(2)
  })

  it('make up for nothing when none was missed', async () => {
    writeFileSync(join(dir, backupName(new Date())), '')
    const runs: string[] = []
    const run: RunBackup = ({ file }) => {
      runs.push(file)
      return Promise.resolve(DONE)
    }
    const backups = schedule({ catchUpMs: 0, run })
    await backups.start()
    await new Promise((resolve) => setTimeout(resolve, 0))
    await backups.close()
    expect(runs).toEqual([])
  })

  it('say that their folder cannot be used, and go on trying', async () => {
    writeFileSync(join(dir, 'plain'), '')
    const backups = schedule({ into: join(dir, 'plain', 'deep') })
    await backups.start()
    expect(backups.state().last_error).toMatch(
      /^No backup can be written to .+: correct its permissions, or BACKUP_DIR\.$/,
    )
    rmSync(join(dir, 'plain'))
    await backups.runNow()
    expect(backups.state()).toMatchObject({ last_error: null })
    expect(readdirSync(join(dir, 'plain', 'deep'))).toHaveLength(1)
  })

  it('are one at a time', async () => {
    let open = 0
    let most = 0
    const run: RunBackup = async () => {
      most = Math.max(most, ++open)
      await new Promise(setImmediate)
      open -= 1
      return DONE
    }
    const backups = schedule({ run })
    await Promise.all([backups.runNow(), backups.runNow(), backups.runNow()])
    expect(most).toBe(1)
  })

  it('end at once with the appliance, and leave nothing behind', async () => {
    const insert = folder.database.connection.prepare('insert into setting (key, value) values (?, ?)')
    for (let at = 0; at < 200; at += 1)
      insert.run(`filler-${String(at)}`, JSON.stringify('x'.repeat(1024 * 1024)))
    const backups = schedule()
    const run = backups.runNow()
    await expect
      .poll(() => readdirSync(folder.path), { interval: 5, timeout: 15_000 })
      .toContain('backup-work')
    await backups.close()
    await run
    expect(names()).toEqual([])
    expect(readdirSync(folder.path).filter((name) => name === 'backup-work')).toEqual([])
    expect(backups.state().last_error).toBeNull()
  })
})

describe('what is said of scheduled backups', () => {
  const env = (more: Record<string, string>) => () => readConfig({ DATA_DIR: '/srv/guichet', ...more })

  it('in the configuration: every mistake', () => {
    expect(env({ BACKUP_DIR: '/b' })().backup).toEqual({
      dir: '/b',
      schedule: '0 3 * * *',
      keep: 7,
      withKeys: false,
    })
    expect(env({})().backup).toBeUndefined()
    for (const wrong of ['often', '0 25 * * *', '0 0 30 2 *', '2099-01-01T03:00:00'])
      expect(env({ BACKUP_DIR: '/b', BACKUP_SCHEDULE: wrong })).toThrow(
        /BACKUP_SCHEDULE: ".+" is not usable: must be a cron/,
      )
    expect(env({ BACKUP_DIR: '/b', BACKUP_KEEP: '0' })).toThrow(/BACKUP_KEEP: "0" is not usable: .*>=1/)
    for (const inside of ['/srv/guichet/uploads', '/srv/guichet/uploads/deep'])
      expect(env({ BACKUP_DIR: inside })).toThrow(/BACKUP_DIR must lie outside of the uploads/)
    expect(env({ BACKUP_DIR: '/srv/guichet/uploads-backup' })().backup).toBeDefined()
  })

  it('by the appliance: at the start, and to whoever has keys', async () => {
    const appliance = await RealAppliance.start({
      env: { MODELS_DIR: dir, BACKUP_DIR: join(dir, 'backups'), BACKUP_SCHEDULE: YEARLY },
      ready: false,
    })
    try {
      expect(appliance.stdout).toMatch(/Backups +Scheduled as "0 0 1 1 \*", next \d{4}-.+Z\./)
      const { backup } = HealthDetails.parse(data(await appliance.call('GET', '/health')))
      expect(backup).toMatchObject({
        schedule: YEARLY,
        running: false,
        last_success_at: null,
        last_error: null,
      })
      expect(await appliance.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    } finally {
      await appliance.stop()
    }
  })

  it('by an appliance without any: null', async () => {
    const appliance = await startAppliance()
    try {
      expect(HealthDetails.parse(data(await appliance.call('GET', '/health'))).backup).toBeNull()
    } finally {
      await appliance.stop()
    }
  })

  it('by the doctor', async () => {
    const said = async (backupDir: string) => {
      const config = readConfig({ BACKUP_DIR: backupDir, BACKUP_SCHEDULE: YEARLY })
      return (await checkBackups(config.backup))[0]
    }
    expect(await checkBackups(undefined)).toEqual([])
    expect(await said(dir)).toMatchObject({ status: 'note' })
    writeFileSync(join(dir, OLD[0] ?? ''), 'x')
    expect(await said(dir)).toMatchObject({ status: 'note' })
    expect((await said(dir))?.text).toMatch(
      /^One was missed on .+ of 2020-01-01T03:00:00\.000Z, .+makes up for it\.$/,
    )
    await schedule().runNow()
    expect(await said(dir)).toMatchObject({ status: 'good' })
    expect((await said(dir))?.text).toMatch(/^The last one is of .+; 2 in .+\.$/)
    expect(await said(join(dir, OLD[0] ?? ''))).toMatchObject({ status: 'bad' })

    const { stdout } = await guichet(folder.path, ['doctor'], { MODELS_DIR: dir, BACKUP_DIR: dir })
    expect(stdout).toMatch(/^. Backups +The last one is of /m)
  })
})
