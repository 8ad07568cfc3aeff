import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '#src/errors.js'
import { loadEmbedder, type Embedder } from '#src/retrieval/embedder.js'
import { indexText } from '#src/retrieval/index-text.js'
import { PooledRetriever } from '#src/retrieval/pooled-retriever.js'
import { openDatabase, type Database } from '#src/store/database.js'
import { passageIndex } from '#src/store/passage-index.js'
import { passageStore, type NewPassage } from '#src/store/passages.js'
import { sourceStore, type NewSource } from '#src/store/sources.js'

const MODEL = { directory: join(import.meta.dirname, '../../models/all-MiniLM-L6-v2') }
const NOW = '2026-01-01T00:00:00.000Z'

describe('searching with a real embedder', () => {
  let folder: string
  let database: Database
  let embedder: Embedder
  let retriever: PooledRetriever

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'search-'))
    const file = join(folder, 'appliance.db')
    database = await openDatabase(file)
    embedder = await loadEmbedder(MODEL)
    passageIndex(database.connection).ensureVectorTable(embedder.dimension, embedder.id)
    for (const org of ['acme', 'globex']) {
      database.connection.prepare('insert into organization values (?, ?, null, ?)').run(org, org, NOW)
    }
    await addText('acme', 'Returns', 'en', 'You can send an item back within 30 days. We refund the price.')
    await addText('acme', 'Coffee machine', 'en', 'Descale the machine every three months with citric acid.')
    await addText('acme', 'Livraison', 'fr', "L'expédition à l'étranger prend de cinq à sept jours ouvrés.")
    await addText('globex', 'Returns', 'en', 'Globex never takes anything back: returns are refused.')
    await addPair('acme', 'Do you repair watches?', 'Yes, at our workshop in Lyon, from 9 to 17.')
    retriever = new PooledRetriever({ database: file, embedder: MODEL })
    await retriever.ready()
  })

  afterAll(async () => {
    await retriever.close()
    await embedder.dispose()
    await database.close()
    rmSync(folder, { recursive: true })
  })

  async function add(org: string, given: Omit<NewSource, 'orgId'>, passages: NewPassage[]): Promise<void> {
    const source = await sourceStore(database.db).create({ orgId: org, ...given })
    const store = passageStore(database.db)
    const nums = await store.stage({ id: source.id, orgId: org, everyone: true }, passages)
    for (const [at, passage] of passages.entries()) {
      const text = indexText({ ...passage, title: source.title }, passage.language ?? 'en')
      const [vector] = await embedder.embed([text.embedded], 'passage')
      const num = nums[at]
      if (num === undefined || vector === undefined) throw new Error('not staged')
      passageIndex(database.connection).insert({
        num,
        orgId: org,
        title: text.title,
        body: text.body,
        vector,
      })
    }
    await store.setLive(source.id)
    await sourceStore(database.db).setStatus(source.id, 'ready')
  }

  const passage = (
    kind: NewPassage['kind'],
    ordinal: number,
    text: string,
    language: string,
  ): NewPassage => ({
    kind,
    ordinal,
    text,
    language,
    page: null,
    section: null,
    startOffset: 0,
    endOffset: text.length,
  })

  const addText = (org: string, title: string, language: string, text: string) =>
    add(org, { type: 'file', title }, [passage('body', 0, text, language)])

  const addPair = (org: string, question: string, answer: string) =>
    add(org, { type: 'qa', title: question, question, answer }, [
      passage('question', 0, question, 'en'),
      passage('answer', 1, answer, 'en'),
    ])

  const search = (query: string, org = 'acme', limit = 5) => retriever.search({ orgId: org }, query, limit)

  it('finds by words', async () => {
    const [hit] = await search('citric acid')
    expect(hit).toMatchObject({ title: 'Coffee machine', kind: 'body', score: 1 })
    expect(hit?.lexicalScore).toBeGreaterThan(0)
  })

  it('finds by meaning where no word is shared', async () => {
    const [hit] = await search('my money returned')
    expect(hit?.title).toBe('Returns')
  })

  it('finds French passages under inflected words without accents', async () => {
    const [hit] = await search("Combien de temps dure une expedition a l'etranger ?")
    expect(hit).toMatchObject({ title: 'Livraison', language: 'fr' })
  })

  it("never shows another organization's passages", async () => {
    const hits = await search('returns refused globex')
    expect(hits.map((hit) => hit.text).join()).not.toContain('Globex')
    expect((await search('returns', 'globex')).map((hit) => hit.text)).toEqual([
      'Globex never takes anything back: returns are refused.',
    ])
  })

  it('finds a Q&A pair by its question and by its answer, as one hit', async () => {
    for (const query of ['Are watches repaired here?', 'workshop in Lyon']) {
      const hits = await search(query)
      expect(hits[0]).toMatchObject({ type: 'qa', kind: 'answer', title: 'Do you repair watches?' })
      expect(hits.filter((hit) => hit.type === 'qa')).toHaveLength(1)
    }
  })

  it('answers with no hits for an organization that has nothing', async () => {
    expect(await search('anything', 'nobody')).toEqual([])
  })

  it('takes whatever visitors type', async () => {
    for (const query of [
      '',
      '?!',
      '"',
      'NEAR(a b) OR *',
      '营业时间',
      '🙂',
      'x'.repeat(20_000),
      'a '.repeat(4000),
    ]) {
      await expect(search(query)).resolves.toBeInstanceOf(Array)
    }
  })

  it('gathers evidence: language, hits and a matching pair', async () => {
    const evidence = await retriever.evidence({ orgId: 'acme' }, 'Do you repair watches?')
    expect(evidence).toMatchObject({ language: 'en', match: { question: 'Do you repair watches?' } })
    expect(evidence.hits[0]?.type).toBe('qa')
  })

  it('refuses calls over the bound with "busy" and answers the others', async () => {
    const few = new PooledRetriever({
      database: join(folder, 'appliance.db'),
      embedder: MODEL,
      maxQueue: 2,
    })
    const calls = Array.from({ length: 6 }, () => few.search({ orgId: 'acme' }, 'refund', 1))
    const settled = await Promise.allSettled(calls)
    await few.close()
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    expect(refused).toHaveLength(3)
    expect(refused.every((error) => error instanceof AppError && error.code === 'busy')).toBe(true)
  })

  it('answers "busy" at the deadline and goes on', async () => {
    const hasty = new PooledRetriever({
      database: join(folder, 'appliance.db'),
      embedder: MODEL,
      deadlineMs: 1,
    })
    await expect(hasty.search({ orgId: 'acme' }, 'refund', 1)).rejects.toMatchObject({ code: 'busy' })
    await expect(hasty.ready()).resolves.toBeUndefined()
    await hasty.close()
  })

  it('lets go at once when the caller aborts', async () => {
    const gone = new AbortController()
    const call = retriever.search({ orgId: 'acme' }, 'refund', 1, gone.signal)
    gone.abort(new Error('visitor left'))
    await expect(call).rejects.toThrow('visitor left')
    expect(await search('citric acid')).not.toEqual([])
  })

  it('says that it never will be ready without a model, and does not hang', async () => {
    const none = new PooledRetriever({
      database: join(folder, 'appliance.db'),
      embedder: { directory: join(folder, 'no-model') },
    })
    await expect(none.ready()).rejects.toThrow('no-model')
    await none.close()
  })
})
