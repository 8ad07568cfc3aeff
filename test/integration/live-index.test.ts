import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection, openDatabase, type Database } from '#src/store/database.js'
import { passageCandidates } from '#src/store/passage-candidates.js'
import { passageIndex } from '#src/store/passage-index.js'
import { usableBy } from '#src/store/source-scope.js'
import { tidyWords } from '#src/store/word-tidying.js'

const DIMENSION = 384
const NOW = '2026-01-01T00:00:00.000Z'

/** The same numbers at each run. */
function randomNumbers(): () => number {
  let state = 7
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

describe('what searches keep in memory', () => {
  const random = randomNumbers()
  let folder: string
  let database: Database
  let next = 1

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'live-index-'))
    database = await openDatabase(join(folder, 'appliance.db'))
    next = 1
    passageIndex(database.connection).ensureVectorTable(DIMENSION, 'compass')
    for (const org of ['acme', 'globex'])
      database.connection.prepare('insert into organization values (?, ?, null, ?)').run(org, org, NOW)
    for (const id of ['sales', 'support'])
      database.connection
        .prepare(
          `insert into assistant(id, org_id, name, description, tone, language, default_tasks, is_active, instructions,
             handoff_message, answer_mode, widget_search, created_at, updated_at)
           values (?, 'acme', ?, '', 'neutral', 'en', '[]', 1, '', '', 'auto', 0, ?, ?)`,
        )
        .run(id, id, NOW, NOW)
  })

  afterEach(async () => {
    await database.close()
    rmSync(folder, { recursive: true })
  })

  function direction(): Float32Array {
    const vector = Float32Array.from({ length: DIMENSION }, () => random() + random() - 1)
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }

  function addSource(id: string, org = 'acme', everyone = 1): void {
    database.connection
      .prepare(
        `insert into source(id, org_id, type, title, status, everyone, pages_done, passages, passages_done, tags,
           live_version, created_at, updated_at) values (?, ?, 'file', ?, 'ready', ?, 0, 1, 1, '[]', 1, ?, ?)`,
      )
      .run(id, org, id, everyone, NOW, NOW)
  }

  /** Passages of one source, as they are found: `version` of it. */
  function addPassages(
    source: string,
    vectors: readonly Float32Array[],
    words = 'refund',
    version = 1,
  ): number[] {
    const { connection } = database
    const { org_id: org } = connection.prepare('select org_id from source where id = ?').get(source) as {
      org_id: string
    }
    return vectors.map((vector) => {
      const num = next++
      connection
        .prepare(
          `insert into passage(num, id, org_id, source_id, ordinal, kind, text, start_offset, end_offset, language,
             everyone, indexed, live, version) values (?, ?, ?, ?, ?, 'body', 'text', 0, 1, 'en', 1, 1, 1, ?)`,
        )
        .run(num, randomUUID(), org, source, num, version)
      passageIndex(connection).insert({ num, orgId: org, title: '', body: words, vector })
      return num
    })
  }

  const nums = (list: { num: number }[]) => list.map(({ num }) => num)

  it('finds nearly what an exact comparison finds, among thousands', () => {
    const { connection } = database
    // As texts are: about some subject, near to others on it.
    const subjects = Array.from({ length: 40 }, direction)
    const near = (subject: Float32Array) => {
      const aside = direction()
      const mixed = subject.map((value, at) => value + 0.8 * (aside[at] ?? 0))
      const length = Math.hypot(...mixed)
      return mixed.map((value) => value / length)
    }
    const vectors = Array.from({ length: 2000 }, (_, n) => near(subjects[n % 40] ?? direction()))
    addSource('big')
    const all = connection.transaction(() => addPassages('big', vectors))()
    const search = passageCandidates(connection)
    let found = 0
    for (let n = 0; n < 10; n += 1) {
      const query = near(subjects[n] ?? direction())
      const cosine = (at: number) => query.reduce((sum, value, i) => sum + value * (vectors[at]?.[i] ?? 0), 0)
      const exact = all.toSorted((a, b) => cosine(b - 1) - cosine(a - 1)).slice(0, 10)
      const hits = search.nearest({ orgId: 'acme' }, query, 10)
      found += nums(hits).filter((num) => exact.includes(num)).length
      expect(hits[0]?.score).toBeCloseTo(cosine((hits[0]?.num ?? 0) - 1), 3)
    }
    expect(found / 100).toBeGreaterThanOrEqual(0.97)
  })

  it('finds what another connection has written, from its commit on, and nothing of what it has replaced', () => {
    const reader = openConnection(join(folder, 'appliance.db'), { readonly: true })
    const search = passageCandidates(reader)
    const query = direction()
    const found = () => [
      nums(search.nearest({ orgId: 'acme' }, query, 5)),
      nums(search.lexical({ orgId: 'acme' }, ['refund'], 5)).sort(),
    ]
    try {
      expect(found()).toEqual([[], []])
      addSource('page')
      const [first] = addPassages('page', [query])
      expect(found()).toEqual([[first], [first]])

      const [second] = addPassages('page', [query], 'refund', 2)
      expect(found()).toEqual([[first], [first]])
      database.connection.exec(`update source set live_version = 2 where id = 'page'`)
      expect(found()).toEqual([[second], [second]])

      database.connection.exec(`update source set status = 'deleting' where id = 'page'`)
      expect(found()).toEqual([[], []])
    } finally {
      reader.close()
    }
  })

  it('gives a row id that is used again to its new owner alone', () => {
    const search = passageCandidates(database.connection)
    const query = direction()
    const { connection } = database
    addSource('old')
    const [num = 0] = addPassages('old', [query])
    expect(nums(search.nearest({ orgId: 'acme' }, query, 5))).toEqual([num])
    passageIndex(connection).remove([num])
    connection.exec(`delete from passage; delete from source`)
    next = num
    addSource('new', 'globex')
    expect(addPassages('new', [query])).toEqual([num])

    for (const [orgId, wanted] of [
      ['acme', []],
      ['globex', [num]],
    ] as const) {
      expect(nums(search.nearest({ orgId }, query, 5))).toEqual(wanted)
      expect(nums(search.lexical({ orgId }, ['refund'], 5))).toEqual(wanted)
      expect([...search.cosines(orgId, [num], query).keys()]).toEqual(wanted)
    }
  })

  it('lets an assistant find exactly what SQL lets it, however its rules change', () => {
    const { connection } = database
    const sources = Array.from({ length: 40 }, (_, n) => `source-${String(n)}`)
    for (const [n, id] of sources.entries()) {
      addSource(id, n % 4 === 3 ? 'globex' : 'acme', n % 3 === 0 ? 0 : 1)
      addPassages(id, [direction()])
    }
    const search = passageCandidates(connection)
    const allowed = connection
      .prepare<[object], number>(
        `select p.num from passage p join source s on s.id = p.source_id
         where s.org_id = 'acme' and ${usableBy('@assistant')} order by p.num`,
      )
      .pluck()
    const expectSame = () => {
      for (const assistant of ['sales', 'support', 'no-such', undefined]) {
        const scope = { orgId: 'acme', assistantId: assistant }
        const wanted = allowed.all({ assistant: assistant ?? null })
        expect(nums(search.nearest(scope, direction(), 100)).sort((a, b) => a - b)).toEqual(wanted)
        expect(nums(search.lexical(scope, ['refund'], 100)).sort((a, b) => a - b)).toEqual(wanted)
      }
    }
    expectSame()
    const pick = () => sources[Math.floor(random() * sources.length)]
    const changes = [
      () => connection.prepare(`insert or ignore into source_assistant values (?, 'sales')`).run(pick()),
      () =>
        connection
          .prepare(`insert or replace into assistant_source values ('sales', ?, 'exclude')`)
          .run(pick()),
      () =>
        connection
          .prepare(`insert or replace into assistant_source values ('sales', ?, 'include')`)
          .run(pick()),
      () => connection.prepare('delete from assistant_source where source_id = ?').run(pick()),
      () => connection.exec(`update assistant set knowledge_mode = 'included' where id = 'sales'`),
      () => connection.exec(`update assistant set knowledge_mode = 'all' where id = 'sales'`),
      () => connection.prepare('update source set everyone = 1 - everyone where id = ?').run(pick()),
      () => connection.exec(`delete from assistant where id = 'support'`),
    ]
    for (let n = 0; n < 60; n += 1) {
      changes[n < 59 ? Math.floor(random() * 7) : 7]?.()
      expectSame()
    }
  })

  it('leaves nothing of a deleted passage in the file, neither its vector nor its words', () => {
    const { connection } = database
    addSource('kept')
    addSource('gone')
    addPassages('kept', [direction()], 'steadfast')
    const removed = addPassages('gone', Array.from({ length: 50 }, direction), 'quicksilver')
    const bytes = () => {
      connection.pragma('wal_checkpoint(truncate)')
      return readFileSync(join(folder, 'appliance.db'))
    }
    expect(bytes().includes('quicksilver')).toBe(true)
    passageIndex(connection).remove(removed)
    for (let steps = 0; tidyWords(connection); steps += 1) expect(steps).toBeLessThan(100)

    expect(connection.prepare('select count(*) from passage_vector').pluck().get()).toBe(1)
    expect(bytes().includes('quicksilver')).toBe(false)
    expect(nums(passageCandidates(connection).lexical({ orgId: 'acme' }, ['steadfast'], 5))).toEqual([1])
  })
})
