import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { open, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { Ingestor } from '#src/ingest/worker.js'
import { createLogger } from '#src/log.js'
import { openConnection, openDatabase, type Connection } from '#src/store/database.js'
import { findDamage } from '#src/store/soundness.js'
import { sourceStore } from '#src/store/sources.js'
import { startAppliance } from '../helpers/appliance.js'
import { send } from '../helpers/http.js'
import { knowledgeFolder, ORG } from '../helpers/knowledge-folder.js'
import { endOf, launch, runToEnd, within } from '../helpers/real-process.js'
import { scriptedRetriever } from '../helpers/scripted-retriever.js'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'guichet-damaged-'))
  cleanups.push(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

/** Settings of a start without any model. */
function settings(dataDir: string) {
  return { PORT: '0', DATA_DIR: dataDir, MODELS_DIR: folder(), MODEL_FETCH: 'false' }
}

/** Organizations, so many that they take some hundred pages; `mark` tells one database from another. */
function fill({ connection }: Awaited<ReturnType<typeof openDatabase>>, mark: string, count: number): void {
  const insert = connection.prepare(`insert into organization values (?, ?, null, '')`)
  connection.transaction(() => {
    for (let n = 0; n < count; n += 1) insert.run(`${mark}-${n}`, `${mark} `.repeat(60))
  })()
}

async function databaseIn(dir: string, count = 4000): Promise<string> {
  const file = join(dir, 'appliance.db')
  const database = await openDatabase(file)
  fill(database, 'acme', count)
  await database.close()
  return file
}

/** The write-ahead log of another database, left behind as a process that was killed leaves it. */
async function foreignLog(): Promise<string> {
  const dir = folder()
  const file = await databaseIn(dir, 3000)
  const database = await openDatabase(file)
  database.connection.exec(`delete from organization where id like 'acme-1%'`)
  fill(database, 'zenith', 300)
  const log = join(dir, 'left.wal')
  copyFileSync(`${file}-wal`, log)
  await database.close()
  return log
}

/** Writes noise over some pages in the middle. */
async function overwrite(file: string, pages: number[]): Promise<void> {
  const handle = await open(file, 'r+')
  for (const page of pages) await handle.write(Buffer.alloc(4096, 0xa7), 0, 4096, page * 4096)
  await handle.close()
}

describe('a start on a damaged database', () => {
  it('is refused when another database’s write-ahead log lies beside it, and good once that is gone', async () => {
    const dir = folder()
    const file = await databaseIn(dir)
    const log = await foreignLog()
    copyFileSync(log, `${file}-wal`)
    const before = readFileSync(file)

    const { code, stderr } = await runToEnd(settings(dir))

    expect(code).toBe(1)
    expect(stderr).toMatch(/^\S+appliance\.db is damaged \(.+\): restore a backup, or move it away .+\n$/)
    expect(stderr).toContain('docs/operations.md')
    expect(stderr).toMatch(/put there by hand, move \S+appliance\.db-wal away/)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readFileSync(`${file}-wal`).equals(readFileSync(log))).toBe(true)

    rmSync(`${file}-wal`)
    const good = launch(settings(dir))
    await within(30_000, good, 'did not listen', () => Promise.resolve(/Page\s+http/.exec(good.stdout)?.[0]))
    good.child.kill('SIGTERM')
    expect(await endOf(good)).toEqual({ code: 0, signal: null })
  })

  it.each([
    ['pages are noise', (file: string) => overwrite(file, [60, 61, 62, 150])],
    ['its end is missing', (file: string) => truncate(file, 160 * 4096)],
    ['it is no database', (file: string) => writeFile(file, 'nothing of the kind '.repeat(900))],
  ])('is refused when %s', async (_what, damage) => {
    const dir = folder()
    const file = await databaseIn(dir)
    await damage(file)
    const before = readFileSync(file)

    const { code, stderr } = await runToEnd(settings(dir))

    expect(code).toBe(1)
    expect(stderr).toMatch(/^\S+appliance\.db is damaged \(.+\): restore a backup, or move it away .+\n$/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('is refused when rows name others that are not there', async () => {
    const dir = folder()
    const file = await databaseIn(dir, 1)
    const database = await openDatabase(file)
    const { connection } = database
    connection.pragma('foreign_keys = off')
    connection.exec(`insert into client values ('lost', 'nobody', 'Lost', 'x', '[]', '')`)
    await database.close()
    await expect(openDatabase(file)).rejects.toThrow(/is damaged \(.*"client".*"organization".*\)/)
  })
})

describe('the check of a database too large to be read whole', () => {
  it('still sees what is wrong with accounts, conversations and sources', async () => {
    const dir = folder()
    const file = await databaseIn(dir)
    await overwrite(file, [60, 61, 62, 150])
    expect(findDamage(file, 0)).toMatch(/\S/)
  })

  it('finds nothing in a good one', async () => {
    const file = await databaseIn(folder())
    expect([findDamage(file), findDamage(file, 0)]).toEqual([undefined, undefined])
  })
})

describe('a database that is damaged while it is used', () => {
  it('is told to whoever asks, and to the log once; the process goes on', async () => {
    const dir = folder()
    const env = { BOOTSTRAP_CLIENT_ID: 'client', BOOTSTRAP_CLIENT_SECRET: 'a-secret-of-the-test' }
    const appliance = launch({ ...settings(dir), ...env })
    cleanups.push(() => appliance.child.kill('SIGKILL'))
    const origin = await within(30_000, appliance, 'did not listen', () =>
      Promise.resolve(/Page\s+(http:\S+?)\/?\s/.exec(appliance.stdout)?.[1]),
    )
    const file = join(dir, 'appliance.db')
    // What another has written makes the appliance read its pages again.
    const other = openConnection(file)
    other.exec(`insert into setting values ('another', '1')`)
    other.pragma('wal_checkpoint(truncate)')
    other.close()
    const pages = statSync(file).size / 4096
    await overwrite(
      file,
      Array.from({ length: pages - 1 }, (_, page) => page + 1),
    )

    const headers = { 'x-api-key': 'client', 'x-api-secret': 'a-secret-of-the-test' }
    for (let n = 0; n < 3; n += 1) {
      expect(await send(`${origin}/api/v1/assistants/`, { headers })).toMatchObject({
        status: 503,
        body: {
          status: 'error',
          status_code: 503,
          code: 'storage_damaged',
          detail: expect.stringMatching(/database .+ damaged.+\.$/) as string,
          data: null,
        },
      })
    }
    expect((await send(`${origin}/livez`)).status).toBe(200)
    expect(appliance.stderr.match(/the database is damaged/g)).toHaveLength(1)
    expect(appliance.stderr).toContain('docs/operations.md')
    appliance.child.kill('SIGTERM')
    expect((await endOf(appliance)).signal).toBeNull()
  })

  it('is told when the search thread meets it, whose errors come over as a code and nothing else', async () => {
    const error = new Sqlite.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT')
    const crossed = structuredClone(error)
    const retriever = scriptedRetriever()
    const appliance = await startAppliance({
      engines: { retriever: { ...retriever, search: () => Promise.reject(crossed) } },
    })
    cleanups.push(() => appliance.stop())
    expect(await appliance.call('POST', '/knowledge/search', { query: 'hours' })).toMatchObject({
      status: 503,
      body: { code: 'storage_damaged' },
    })
  })

  it('does not keep ingestion at a job that cannot be crossed off', async () => {
    const knowledge = await knowledgeFolder()
    cleanups.push(() => knowledge.dispose())
    await knowledge.addFile('blank.txt', ' \n\n ')
    const next = await knowledge.addFile('next.txt', 'The counter opens at nine.')
    const ingestor = new Ingestor({
      database: knowledge.database,
      uploadsDir: knowledge.uploads,
      log: createLogger('silent', false),
      embedderModule: new URL('../fixtures/letter-embedder.mjs', import.meta.url).href,
    })
    cleanups.push(() => ingestor.close())
    loseIndex(knowledge.database.connection, 'sqlite_autoindex_job_1')

    await ingestor.start({ directory: knowledge.path, id: 'letters' })
    await ingestor.idle()

    const { db } = knowledge.database
    expect(await db.selectFrom('job').select('source_id').execute()).toHaveLength(2)
    expect(await sourceStore(db).find(ORG, next.id)).toMatchObject({ status: 'ready' })
  })
})

/** Points an index at the pages of an empty one: what is in the table is not found by it any more. */
function loseIndex(connection: Connection, name: string): void {
  connection.unsafeMode()
  connection.exec(`create table stand_in (key text primary key) strict; pragma writable_schema = on`)
  connection
    .prepare(
      `update sqlite_master set rootpage = (select rootpage from sqlite_master where name = 'sqlite_autoindex_stand_in_1') where name = ?`,
    )
    .run(name)
  connection.pragma('writable_schema = reset')
  connection.unsafeMode(false)
}
