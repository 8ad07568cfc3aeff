import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readArchive } from '#src/backup/archive-reader.js'
import { checkBackup, restoreBackup } from '#src/backup/restore-backup.js'
import { takeBackup } from '#src/backup/take-backup.js'
import { holdBackups } from '#src/store/data-lock.js'
import { openConnection } from '#src/store/database.js'
import type { Source } from '#src/store/sources.js'
import { contents } from '../helpers/contents.js'
import { guichet, startGuichet } from '../helpers/guichet.js'
import { knowledgeFolder, type KnowledgeFolder } from '../helpers/knowledge-folder.js'

const WRITER = fileURLToPath(new URL('../fixtures/busy-writer.mjs', import.meta.url))
const never = new AbortController().signal

let folder: KnowledgeFolder
let out: string
let file: string
beforeEach(async () => {
  folder = await knowledgeFolder()
  out = mkdtempSync(join(tmpdir(), 'guichet-backups-'))
  file = join(out, 'guichet.tar.gz')
})
afterEach(async () => {
  await folder.dispose()
  rmSync(out, { recursive: true, force: true })
})

/** Makes the database large enough that copying it takes a while. */
function fill(megabytes: number): void {
  const insert = folder.database.connection.prepare('insert into setting (key, value) values (?, ?)')
  for (let at = 0; at < megabytes; at += 1)
    insert.run(`filler-${String(at)}`, JSON.stringify(randomBytes(512 * 1024).toString('hex')))
}

function dataPaths() {
  const { path: dir, uploads } = folder
  return { dir, uploads, database: join(dir, 'appliance.db'), signingKey: join(dir, 'signing.key') }
}

function request(more: { force?: boolean; withKeys?: boolean } = {}) {
  return { data: dataPaths(), file, force: false, withKeys: false, version: '0.0.1', ...more }
}

/** Nothing that a backup makes on its way is left. */
function expectNoTraces(): void {
  expect(readdirSync(out)).toEqual([])
  expect(readdirSync(folder.path)).not.toContain('backup-work')
}

/** Hidden first, then the file, then the row. */
async function deleteAsTheProductDoes(source: Source): Promise<void> {
  await folder.remove(source.id)
  rmSync(join(folder.uploads, source.storedFile ?? ''))
  await folder.database.db.deleteFrom('source').where('id', '=', source.id).execute()
}

async function refused(args: string[], sentence: RegExp): Promise<void> {
  const { code, stdout, stderr } = await guichet(folder.path, ['backup', ...args])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^[^\n]+\.\n$/)
  expect(stderr).toMatch(sentence)
}

async function restored(): Promise<string> {
  const dataDir = join(out, 'restored')
  await restoreBackup({ file, dataDir, version: '0.0.1' }, never)
  return dataDir
}

describe('a backup', () => {
  it('is of one moment and ends while another process writes all the time, which is never refused', async () => {
    fill(24)
    const writer = fork(WRITER, [dataPaths().database], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    try {
      await once(writer, 'message')
      const { code, stderr } = await guichet(folder.path, ['backup', file])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const said = once(writer, 'message')
      writer.send('end')
      const [{ written, refused: conflicts }] = (await said) as [{ written: number; refused: number }]
      expect(conflicts).toBe(0)

      const connection = openConnection(join(await restored(), 'appliance.db'))
      const [left, right] = ['left', 'right'].map((key) =>
        Number(
          (connection.prepare('select value from setting where key = ?').get(key) as { value: string }).value,
        ),
      )
      connection.close()
      expect(left).toBe(right)
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThan(written)
    } finally {
      writer.kill('SIGKILL')
    }
  })

  it('holds every upload that its database names, while files come and go', async () => {
    const stop = new AbortController()
    const churn = (async () => {
      const there = []
      for (let at = 0; !stop.signal.aborted; at += 1) {
        there.push(await folder.addFile(`file ${String(at)}`, `content ${String(at)}`))
        const oldest = there.length > 200 ? there.shift() : undefined
        if (oldest !== undefined) await deleteAsTheProductDoes(oldest)
        await new Promise(setImmediate)
      }
    })()
    try {
      for (let at = 0; at < 2; at += 1) {
        const { stdout } = await guichet(folder.path, ['backup', '--force', '--json', file])
        const said = JSON.parse(stdout) as { missing_uploads: string[]; uploads: number }
        expect(said.missing_uploads).toEqual([])
        expect(said.uploads).toBeGreaterThan(10)
        await checkBackup({ file, dataDir: folder.path, version: '0.0.1' }, never)
      }
    } finally {
      stop.abort()
      await churn
    }
  })

  it('restores to the same rows and files, and is readable to its owner alone', async () => {
    for (const name of ['a', 'b']) await folder.addFile(name, name.repeat(3000))
    writeFileSync(join(folder.uploads, 'not-ours'), 'of an upload under way')
    await takeBackup(request(), never)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const dir = await restored()
    const connection = openConnection(join(dir, 'appliance.db'))
    expect(contents(connection)).toEqual(contents(folder.database.connection))
    connection.close()
    const named = readdirSync(folder.uploads).filter((name) => name !== 'not-ours')
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(named.sort())
    for (const name of named)
      expect(readFileSync(join(dir, 'uploads', name), 'utf8')).toBe(
        readFileSync(join(folder.uploads, name), 'utf8'),
      )
  })

  it('holds the signing key only when it was asked for', async () => {
    writeFileSync(join(folder.path, 'signing.key'), 'key')
    await takeBackup(request(), never)
    const without = await readArchive(file, { signal: never })
    await takeBackup(request({ force: true, withKeys: true }), never)
    const withKeys = await readArchive(file, { signal: never })
    expect(without).toMatchObject({ with_keys: false })
    expect(without.files.map(({ path }) => path)).toEqual(['appliance.db'])
    expect(withKeys).toMatchObject({ with_keys: true })
    expect(withKeys.files.map(({ path }) => path)).toEqual(['appliance.db', 'signing.key'])
  })

  it.skipIf(!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(tmpdir()).dev)(
    'copies uploads that lie on another disk',
    async () => {
      await folder.addFile('a', 'content')
      const elsewhere = mkdtempSync('/dev/shm/guichet-uploads-')
      try {
        cpSync(folder.uploads, elsewhere, { recursive: true })
        rmSync(folder.uploads, { recursive: true })
        symlinkSync(elsewhere, folder.uploads)
        expect(await takeBackup(request(), never)).toMatchObject({ uploads: 1, missingUploads: [] })
        const [name = ''] = readdirSync(elsewhere)
        expect(readFileSync(join(await restored(), 'uploads', name), 'utf8')).toBe('content')
      } finally {
        rmSync(elsewhere, { recursive: true, force: true })
      }
    },
  )

  it('tells of an upload that the appliance had lost, and goes on without it', async () => {
    const { storedFile } = await folder.addFile('lost', 'lost')
    rmSync(join(folder.uploads, storedFile ?? ''))
    const { code, stdout } = await guichet(folder.path, ['backup', file])
    expect(code).toBe(0)
    expect(stdout).toContain(`had lost 1 upload before, which the backup cannot hold: ${storedFile ?? ''}.`)
    expect((await guichet(folder.path, ['restore', '--check', file])).code).toBe(0)
  })
})

describe('a backup that cannot be made', () => {
  it('leaves a file that is there alone, unless it is to be replaced', async () => {
    writeFileSync(file, 'precious')
    await refused([file], /is there already: .+--force\./)
    expect(readFileSync(file, 'utf8')).toBe('precious')
    expect((await guichet(folder.path, ['backup', '--force', file])).code).toBe(0)
    expect((await guichet(folder.path, ['restore', '--check', file])).code).toBe(0)
  })

  it('says what is wrong with its target', async () => {
    const told = (target: string) => expect(takeBackup({ ...request(), file: target }, never)).rejects
    await told(out).toThrow(/is a folder: name a file in it, .+\.$/)
    await told(join(out, 'none', 'x.tar.gz')).toThrow(/There is no folder .+none: make it, .+\.$/)
    await told(join(folder.uploads, 'x.tar.gz')).toThrow(/among the uploads: .+\.$/)
    await told('/dev/null').toThrow(/not a plain file: .+\.$/)
    writeFileSync(join(out, 'plain'), '')
    await told(join(out, 'plain', 'x.tar.gz')).toThrow(/There is no folder/)
    // What stands in for missing rights, which the superuser never lacks: the file cannot be made.
    mkdirSync(`${file}.partial`)
    await refused([file], /cannot be written in .+: correct its permissions/)
  })

  it('never takes the place of what is its own, however that is named', async () => {
    const { path } = folder
    writeFileSync(join(path, 'signing.key'), 'key')
    for (const name of ['before-restore-2026', 'Backup-Work']) mkdirSync(join(path, name))
    const linked = join(out, 'linked')
    symlinkSync(path, linked)
    symlinkSync(join(path, 'appliance.db'), join(out, 'link.tar.gz'))
    symlinkSync(join(path, 'signing.key'), join(path, 'other.tar.gz'))
    const own = [
      ...['appliance.db', 'appliance.db-wal', 'appliance.db-shm', 'appliance.lock', 'backup.lock'],
      ...[
        'signing.key',
        'restore.json',
        'restore.json.new',
        'restore-incoming',
        'backup-work',
        'APPLIANCE.DB',
      ],
      ...['before-restore-2026/appliance.db', 'Backup-Work/x.tar.gz', 'appliance.db.migrating'],
      ...['other.tar.gz'],
    ].map((name) => join(path, name))
    own.push(
      join(linked, 'appliance.db'),
      join(out, 'link.tar.gz'),
      `${out}/../${basename(path)}/appliance.db`,
    )
    const before = contents(folder.database.connection)
    for (const target of own)
      await expect(takeBackup({ ...request({ force: true }), file: target }, never)).rejects.toThrow(
        /is where Guichet keeps its own data: name a file outside of them/,
      )
    await refused(['--force', join(path, 'appliance.db')], /is where Guichet keeps its own data/)
    expect(contents(folder.database.connection)).toEqual(before)
    expect(readFileSync(join(path, 'signing.key'), 'utf8')).toBe('key')
    const beside = { ...request(), file: join(path, 'before-upgrade.tar.gz') }
    expect(await takeBackup(beside, never)).toMatchObject({ sources: 0 })
  })

  it('says where there is no database, and makes nothing', async () => {
    const empty = join(out, 'empty')
    mkdirSync(empty)
    const { code, stderr } = await guichet(empty, ['backup', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^There is no database at .+ yet: start the appliance once\.\n$/)
    expect(readdirSync(empty)).toEqual([])
  })

  it('refuses a database from a newer version', async () => {
    folder.database.connection.exec(
      `insert into kysely_migration (name, timestamp) values ('742-future', '')`,
    )
    await refused([file], /written by a newer version of Guichet .+742-future.+back it up with that version/)
    expectNoTraces()
  })

  it('refuses a database that could not be restored, since somebody has changed what it consists of', async () => {
    folder.database.connection.exec('create view report as select * from source')
    await refused([file], /view "report" is none of Guichet's\)\. No backup was written, .+ remove what/)
    expectNoTraces()
    folder.database.connection.exec('drop view report')
    expect((await guichet(folder.path, ['backup', file])).code).toBe(0)
  })

  it('refuses a damaged database, so that a good backup is not given up for it', async () => {
    fill(2)
    await folder.database.close()
    const bytes = readFileSync(dataPaths().database)
    bytes.fill(0x5a, 40_960, 45_056)
    writeFileSync(dataPaths().database, bytes)
    await refused([file], /damaged .+ No backup was written: restore an older one\./)
    expectNoTraces()
  })

  it.each([
    ['the data folder', (asked: string) => asked === folder.path],
    ['the folder of the backup', (asked: string) => asked === out],
  ])('says how much room %s lacks', async (_what, isFull) => {
    const free = (asked: string) => Promise.resolve(isFull(asked) ? 1000 : 1e12)
    await expect(takeBackup(request(), never, free)).rejects.toThrow(
      /is too full: \d+ MiB are needed and 0\.0 MiB are free/,
    )
    expectNoTraces()
  })

  it('adds up what it needs on one disk', async () => {
    fill(24)
    const bytes = statSync(dataPaths().database).size + statSync(`${dataPaths().database}-wal`).size
    // Enough for the copy of the database, or for the archive with its reserve, and not for both.
    const free = () => Promise.resolve(32 * 1024 ** 2 + Math.floor(bytes * 1.2))
    await expect(takeBackup(request(), never, free)).rejects.toThrow(/is too full: \d+ MiB are needed/)
    expectNoTraces()
    expect(await takeBackup(request(), never, () => Promise.resolve(1e12))).toMatchObject({ file })
  })

  it('waits for another to end', async () => {
    const release = holdBackups(folder.path)
    await refused([file], /Another backup or restore of .+ is under way/)
    release()
    expect((await guichet(folder.path, ['backup', file])).code).toBe(0)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('leaves nothing behind on %s', async (signal) => {
    fill(48)
    const { child, ended } = startGuichet(folder.path, ['backup', file])
    await expect.poll(() => existsSync(`${file}.partial`), { interval: 5, timeout: 10_000 }).toBe(true)
    child.kill(signal)
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'Interrupted. No backup was written.\n' })
    expectNoTraces()
  })

  it('has what a killed one left removed by the next', async () => {
    fill(48)
    const { child, ended } = startGuichet(folder.path, ['backup', file])
    await expect.poll(() => existsSync(`${file}.partial`), { interval: 5, timeout: 10_000 }).toBe(true)
    child.kill('SIGKILL')
    await ended
    expect(existsSync(file)).toBe(false)
    expect(readdirSync(folder.path)).toContain('backup-work')
    expect((await guichet(folder.path, ['backup', file])).code).toBe(0)
    expect(readdirSync(out)).toEqual(['guichet.tar.gz'])
    expect(readdirSync(folder.path)).not.toContain('backup-work')
  })
})
