import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Migration } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { openConnection, openDatabase, type Connection } from '#src/store/database.js'
import { migrations } from '#src/store/migrations/index.js'
import { passageCandidates } from '#src/store/passage-candidates.js'

const KEPT = fileURLToPath(new URL('../fixtures/databases', import.meta.url))
const SCHEMAS = readdirSync(KEPT)
  .filter((name) => name.endsWith('.db'))
  .map((name) => name.slice(0, -'.db'.length))

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A copy of a kept database, to be migrated. */
function copyOf(schema: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'guichet-schema-'))
  cleanups.push(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  const file = join(dir, 'appliance.db')
  copyFileSync(join(KEPT, `${schema}.db`), file)
  return file
}

type Row = Record<string, unknown>

function tables(connection: Connection): Map<string, Row[]> {
  const names = connection
    .prepare<[], { name: string }>(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
       and name not glob 'passage_words*' and name not glob 'passage_vectors*' and name not like 'kysely_%'`,
    )
    .all()
  return new Map(
    names.map(({ name }) => [name, connection.prepare<[], Row>(`select * from "${name}"`).all()]),
  )
}

/** The rows as they were: columns that were added since are left out. */
function without(rows: Row[], wanted: Row[]): unknown[] {
  const columns = Object.keys(wanted[0] ?? {})
  return rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])))
}

async function migrated(file: string, known?: Record<string, Migration>) {
  const reader = openConnection(file, { readonly: true })
  const before = tables(reader)
  reader.close()
  const database = await openDatabase(file, known)
  cleanups.push(() => database.close())
  return { before, database, after: tables(database.connection) }
}

function expectWhole(connection: Connection): void {
  expect(connection.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(connection.pragma('foreign_key_check')).toEqual([])
  const search = passageCandidates(connection)
  const scope = { orgId: 'acme', assistantId: 'assistant-1' }
  expect(search.lexical(scope, ['nine'], 5).map(({ num }) => num)).toEqual([7])
  expect(search.lexical(scope, ['ten'], 5)).toEqual([])
  expect(search.nearest(scope, new Float32Array([0.9, 0.1, 0, 0]), 5).map(({ num }) => num)).toEqual([7])
  expect(search.load([7])).toMatchObject([{ text: 'We open at nine.', sourceId: 'source-qa' }])
}

describe('databases of earlier versions', () => {
  it('are kept for every migration; the newest is made by scripts/keep-schema.ts', () => {
    expect(SCHEMAS.sort()).toEqual(Object.keys(migrations).sort())
  })

  it.each(SCHEMAS)('%s has rows in every table', (schema) => {
    const connection = openConnection(copyOf(schema), { readonly: true })
    cleanups.push(() => connection.close())
    const empty = [...tables(connection)].filter(([, rows]) => rows.length === 0).map(([name]) => name)
    expect(empty).toEqual([])
  })

  it.each(SCHEMAS)('%s is brought up to date, and nothing is lost', async (schema) => {
    const { before, after, database } = await migrated(copyOf(schema))
    const all = Object.keys(migrations).sort()
    expect(database.migrated).toEqual(all.slice(all.indexOf(schema) + 1))
    expect(before.size).toBeGreaterThan(10)
    for (const [name, rows] of before)
      expect([name, without(after.get(name) ?? [], rows)]).toEqual([name, rows])
    expectWhole(database.connection)
  })

  it.each(SCHEMAS)('%s keeps its rows through a migration that rebuilds a table', async (schema) => {
    const rebuilding: Migration = {
      up: async (db) => {
        await db.schema.alterTable('source').addColumn('colour', 'text').execute()
        await db.schema.alterTable('setting').renameTo('setting_old').execute()
        await db.schema
          .createTable('setting')
          .addColumn('key', 'text', (column) => column.primaryKey())
          .addColumn('value', 'text', (column) => column.notNull())
          .execute()
        await db
          .insertInto('setting' as never)
          .columns(['key', 'value'] as never)
          .expression(db.selectFrom('setting_old' as never).selectAll())
          .execute()
        await db.schema.dropTable('setting_old').execute()
      },
    }
    const known = { ...migrations, '901-rebuild': rebuilding }
    const { before, after, database } = await migrated(copyOf(schema), known)
    expect(database.migrated.at(-1)).toBe('901-rebuild')
    for (const [name, rows] of before)
      expect([name, without(after.get(name) ?? [], rows)]).toEqual([name, rows])
    expectWhole(database.connection)
  })
})
