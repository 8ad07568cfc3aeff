import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection, openDatabase, type Database } from '#src/store/database.js'
import { passageCandidates } from '#src/store/passage-candidates.js'
import { passageIndex } from '#src/store/passage-index.js'

const EAST = new Float32Array([1, 0, 0])
const NORTH = new Float32Array([0, 1, 0])
const UP = new Float32Array([0, 0, 1])
const NOW = '2026-01-01T00:00:00.000Z'

interface Given {
  org?: string
  source?: string
  assistants?: string[]
  status?: string
  type?: string
  kind?: string
  live?: boolean
  /** Of its source, the version that is found. */
  liveVersion?: number
  /** Of its own. */
  version?: number
  title?: string
  words?: string
  vector?: Float32Array
}

describe('the passage index', () => {
  let folder: string
  let file: string
  let database: Database
  let next: number

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'passage-index-'))
    file = join(folder, 'appliance.db')
    database = await openDatabase(file)
    passageIndex(database.connection).ensureVectorTable(3, 'compass')
    next = 1
    for (const org of ['acme', 'globex']) {
      database.connection.prepare('insert into organization values (?, ?, null, ?)').run(org, org, NOW)
      for (const name of ['sales', 'support']) addAssistant(org, `${org}-${name}`)
    }
  })

  afterEach(async () => {
    await database.close()
    rmSync(folder, { recursive: true })
  })

  function addAssistant(org: string, id: string): void {
    database.connection
      .prepare(
        `insert into assistant(id, org_id, name, description, tone, language, default_tasks, is_active, instructions,
           handoff_message, answer_mode, widget_search, created_at, updated_at)
         values (?, ?, ?, '', 'neutral', 'en', '[]', 1, '', '', 'auto', 0, ?, ?)`,
      )
      .run(id, org, id, NOW, NOW)
  }

  function add(given: Given): number {
    const num = next++
    const org = given.org ?? 'acme'
    const source = given.source ?? `source-${String(num)}`
    const everyone = given.assistants === undefined ? 1 : 0
    const { connection } = database
    connection
      .prepare(
        `insert or ignore into source(id, org_id, type, title, status, everyone, pages_done, passages, passages_done,
           tags, live_version, created_at, updated_at) values (?, ?, ?, ?, ?, ?, 0, 1, 1, '[]', ?, ?, ?)`,
      )
      .run(
        ...[source, org, given.type ?? 'file', source, given.status ?? 'ready', everyone],
        ...[
          given.liveVersion ?? (['ready', 'deleting'].includes(given.status ?? 'ready') ? 1 : null),
          NOW,
          NOW,
        ],
      )
    for (const assistant of given.assistants ?? []) {
      connection.prepare('insert or ignore into source_assistant values (?, ?)').run(source, assistant)
    }
    connection
      .prepare(
        `insert into passage(num, id, org_id, source_id, ordinal, kind, text, page, section, start_offset, end_offset,
           language, everyone, indexed, live, version) values (?, ?, ?, ?, ?, ?, ?, null, null, 0, 1, 'en', ?, 1, ?, ?)`,
      )
      .run(
        num,
        `p${String(num)}`,
        org,
        source,
        num,
        given.kind ?? 'body',
        'text',
        everyone,
        given.live === false ? 0 : 1,
        given.version ?? 1,
      )
    passageIndex(connection).insert({
      num,
      orgId: org,
      title: given.title ?? '',
      body: given.words ?? 'refund',
      vector: given.vector ?? EAST,
    })
    return num
  }

  const reader = () => passageCandidates(database.connection)
  const nums = (list: { num: number }[]) => list.map((candidate) => candidate.num)

  it('finds by words, the rarer ones first, and by direction', () => {
    const common = add({ words: 'refund', vector: NORTH })
    add({ words: 'refund deliveri', vector: UP })
    const rare = add({ words: 'refund invoic', vector: EAST })

    expect(nums(reader().lexical({ orgId: 'acme' }, ['invoic', 'refund'], 10))[0]).toBe(rare)
    const nearest = reader().nearest({ orgId: 'acme' }, NORTH, 2)
    expect(nearest[0]).toEqual({ num: common, score: 1 })
  })

  it('finds by the words above the text', () => {
    const num = add({ title: 'invoic', words: 'nothing' })
    expect(nums(reader().lexical({ orgId: 'acme' }, ['invoic'], 10))).toEqual([num])
  })

  it("never lets other organizations' passages take a place in the list", () => {
    for (let i = 0; i < 30; i += 1) add({ org: 'globex' })
    const own = add({ org: 'acme', words: 'refund and a long rest of other words', vector: NORTH })

    expect(nums(reader().lexical({ orgId: 'acme' }, ['refund'], 1))).toEqual([own])
    expect(nums(reader().nearest({ orgId: 'acme' }, EAST, 1))).toEqual([own])
  })

  it('keeps an assistant to what is for everyone and what is its own', () => {
    for (let i = 0; i < 30; i += 1) add({ assistants: ['acme-sales'] })
    const shared = add({ vector: NORTH })
    const own = add({ assistants: ['acme-support'], vector: NORTH })

    const support = { orgId: 'acme', assistantId: 'acme-support' }
    expect(nums(reader().lexical(support, ['refund'], 2)).sort()).toEqual([shared, own])
    expect(nums(reader().nearest(support, EAST, 2)).sort()).toEqual([shared, own])
    expect(nums(reader().nearest({ orgId: 'acme' }, EAST, 5))).toEqual([shared])
    expect(nums(reader().lexical({ orgId: 'acme', assistantId: 'no-such' }, ['refund'], 5))).toEqual([shared])
  })

  it('passes over what is not live, being worked on or being deleted, before the limit', () => {
    for (let i = 0; i < 10; i += 1) add({ live: false })
    for (const status of ['deleting', 'processing']) for (let i = 0; i < 10; i += 1) add({ status })
    const live = add({ vector: NORTH })

    expect(nums(reader().lexical({ orgId: 'acme' }, ['refund'], 1))).toEqual([live])
    expect(nums(reader().nearest({ orgId: 'acme' }, EAST, 1))).toEqual([live])
  })

  it('finds the live version of a source, whatever becomes of the next one', () => {
    const old = add({ source: 'page', status: 'processing', liveVersion: 1, words: 'refund' })
    add({ source: 'page', version: 2, words: 'refund' })
    const found = () => [
      nums(reader().lexical({ orgId: 'acme' }, ['refund'], 10)),
      nums(reader().nearest({ orgId: 'acme' }, EAST, 10)),
    ]
    expect(found()).toEqual([[old], [old]])
    database.connection.exec(`update source set status = 'failed'`)
    expect(found()).toEqual([[old], [old]])
  })

  it('follows the rules of an assistant before the limit', () => {
    for (let i = 0; i < 30; i += 1) add({ source: `excluded-${String(i)}` })
    const left = add({ source: 'left', words: 'refund and a long rest of other words', vector: NORTH })
    const { connection } = database
    connection.exec(
      `insert into assistant_source select 'acme-sales', id, 'exclude' from source where id like 'excluded-%'`,
    )
    const found = (assistantId: string) => [
      ...nums(reader().lexical({ orgId: 'acme', assistantId }, ['refund'], 1)),
      ...nums(reader().nearest({ orgId: 'acme', assistantId }, EAST, 1)),
    ]
    expect(found('acme-sales')).toEqual([left, left])
    expect(found('acme-support')).not.toContain(left)

    connection.exec(`update assistant set knowledge_mode = 'included' where id = 'acme-support'`)
    expect(found('acme-support')).toEqual([])
    connection.exec(`insert into assistant_source values ('acme-support', 'left', 'include')`)
    expect(found('acme-support')).toEqual([left, left])
  })

  it('narrows the nearest to a kind', () => {
    add({ source: 'pair', type: 'qa', kind: 'answer' })
    const question = add({ source: 'pair', type: 'qa', kind: 'question', vector: NORTH })
    expect(nums(reader().nearest({ orgId: 'acme' }, EAST, 1, 'question'))).toEqual([question])
  })

  it('forgets removed passages and replaces rewritten ones', () => {
    const gone = add({ words: 'refund' })
    const kept = add({ words: 'refund', vector: NORTH })
    const index = passageIndex(database.connection)
    index.remove([gone, 4711])
    index.insert({ num: kept, orgId: 'acme', title: '', body: 'invoic', vector: UP })

    expect(reader().lexical({ orgId: 'acme' }, ['refund'], 5)).toEqual([])
    expect(nums(reader().lexical({ orgId: 'acme' }, ['invoic'], 5))).toEqual([kept])
    expect(reader().nearest({ orgId: 'acme' }, UP, 5)).toEqual([{ num: kept, score: 1 }])
  })

  it('takes part in the transaction around it', () => {
    const { connection } = database
    expect(() =>
      connection.transaction(() => {
        add({})
        throw new Error('half-way')
      })(),
    ).toThrow('half-way')
    expect(reader().lexical({ orgId: 'acme' }, ['refund'], 5)).toEqual([])
    expect(reader().nearest({ orgId: 'acme' }, EAST, 5)).toEqual([])
  })

  it('empties itself for another embedder and says so', () => {
    add({})
    const index = passageIndex(database.connection)
    expect(index.ensureVectorTable(3, 'compass')).toBe('unchanged')
    expect(index.ensureVectorTable(2, 'flat-compass')).toBe('replaced')
    expect(reader().lexical({ orgId: 'acme' }, ['refund'], 5)).toEqual([])
    expect(reader().nearest({ orgId: 'acme' }, new Float32Array([1, 0]), 5)).toEqual([])
    expect(index.ensureVectorTable(2, 'flat-compass')).toBe('unchanged')
  })

  it('counts terms over the organization only', () => {
    add({ words: 'refund invoic' })
    add({ words: 'refund' })
    add({ org: 'globex', words: 'refund deliveri' })
    add({ live: false, words: 'refund' })

    const { passages, frequency } = reader().statistics('acme', ['refund', 'invoic', 'deliveri', 'unheard'])
    expect(passages).toBe(2)
    expect(Object.fromEntries(frequency)).toEqual({ refund: 2, invoic: 1 })
  })

  it('reads what stands around query operators and quotes as plain words', () => {
    const num = add({ words: 'near or 14.2' })
    for (const stem of ['near', 'or', '14.2', '"', '*', 'NOT']) {
      expect(() => reader().lexical({ orgId: 'acme' }, [stem], 5)).not.toThrow()
    }
    expect(nums(reader().lexical({ orgId: 'acme' }, ['14.2'], 5))).toEqual([num])
  })

  it('is searched from a read-only connection', () => {
    const num = add({ words: 'invoic' })
    const connection = openConnection(file, { readonly: true })
    try {
      const candidates = passageCandidates(connection)
      expect(nums(candidates.lexical({ orgId: 'acme' }, ['invoic'], 5))).toEqual([num])
      expect(candidates.cosines('acme', [num, 99], EAST)).toEqual(new Map([[num, 1]]))
      expect(candidates.statistics('acme', ['invoic']).frequency.get('invoic')).toBe(1)
      expect(candidates.load([num])[0]).toMatchObject({
        passageId: `p${String(num)}`,
        kind: 'body',
        url: null,
      })
    } finally {
      connection.close()
    }
  })
})
