import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adviceFor, openConnection, openDatabase, openExistingDatabase } from '#src/store/database.js'
import { migrations } from '#src/store/migrations/index.js'

describe('the database', () => {
  let dir: string
  let file: string
  const closing: (() => unknown)[] = []
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'guichet-database-'))
    file = join(dir, 'appliance.db')
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    rmSync(dir, { recursive: true, force: true })
  })

  async function opened() {
    const database = await openDatabase(file)
    closing.push(() => database.close())
    return database
  }

  function another(waitMs = 0) {
    const connection = openConnection(file, { waitMs })
    closing.push(() => connection.close())
    return connection
  }

  it('holds nothing any more of what was deleted', async () => {
    const name = 'Nobody may read this any more'
    const database = await openDatabase(file)
    await database.db
      .insertInto('organization')
      .values({ id: 'acme', name, requests_per_hour: null, created_at: '' })
      .execute()
    await database.db.deleteFrom('organization').execute()
    await database.close()
    expect(readdirSync(dir)).toEqual(['appliance.db'])
    expect(readFileSync(file).includes(name)).toBe(false)
  })

  it('has the server wait less for another writer than everybody else', async () => {
    const server = await opened()
    const cli = openExistingDatabase(file)
    closing.push(() => cli.close())
    const wait = (connection: typeof cli.connection) => connection.pragma('busy_timeout', { simple: true })
    expect(wait(server.connection)).toBe(1000)
    expect(wait(cli.connection)).toBe(5000)
  })

  it('is not migrated while another program reads an older state of it', async () => {
    const { connection } = await opened()
    const reader = another()
    reader.exec('begin')
    reader.prepare('select count(*) from organization').get()
    connection.exec(`insert into organization values ('acme', 'Acme', null, '')`)
    const before = [file, `${file}-wal`].map((path) => readFileSync(path))

    const newer = { ...migrations, '901-more': { up: () => Promise.resolve() } }
    await expect(openDatabase(file, newer)).rejects.toThrow(
      `${file} is open in another program: close it, then start again.`,
    )
    expect(readFileSync(`${file}-wal`).equals(before[1] ?? Buffer.alloc(0))).toBe(true)
    expect(readdirSync(dir)).not.toContain('appliance.db.migrating')
  })

  it('is said to be held by another program, not to be damaged', async () => {
    const { connection } = await opened()
    connection.pragma('journal_mode = delete')
    connection.exec('begin exclusive')
    const reader = another()
    const failure = (() => {
      try {
        return reader.prepare('select 1 from organization').get()
      } catch (error) {
        return error
      }
    })()
    expect(failure).toMatchObject({ code: 'SQLITE_BUSY' })
    expect(adviceFor(failure)).toMatch(/^another program holds it/)
  })

  it('is said to be closed to this user, not to be damaged', async () => {
    await (await openDatabase(file)).close()
    // What stands in for missing rights, which the superuser never lacks: SQLite cannot open its own file.
    mkdirSync(`${file}-wal`)
    await expect(openDatabase(file)).rejects.toThrow(/as the user who runs Guichet/)
  })
})
