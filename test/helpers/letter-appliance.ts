import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engines } from '#src/app.js'
import { FetchPolicy } from '#src/fetch-policy.js'
import { PageFetcher, type PageFetcherOptions } from '#src/ingest/fetch/page-fetcher.js'
import { Ingestor, type IngestorOptions } from '#src/ingest/worker.js'
import { createLogger } from '#src/log.js'
import type { Embedder } from '#src/retrieval/embedder.js'
import { buildEvidence } from '#src/retrieval/evidence.js'
import type { Retriever, SearchScope } from '#src/retrieval/retriever.js'
import { PassageSearch } from '#src/retrieval/search.js'
import { openConnection, openDatabase } from '#src/store/database.js'
import { startAppliance } from './appliance.js'
import { data, type Answer } from './http.js'

const EMBEDDER = new URL('../fixtures/letter-embedder.mjs', import.meta.url).href
const HITS = 8

/**
 * An appliance that really reads, indexes and finds what it is given, with an embedder that counts letters. Pages are
 * fetched as `fetcher` says; by default from public addresses alone.
 */
export async function startLetterAppliance(
  fetcher: Partial<PageFetcherOptions> = {},
  options: Partial<IngestorOptions> = {},
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'guichet-letters-'))
  const file = join(dataDir, 'appliance.db')
  const database = await openDatabase(file)
  const ingestor = new Ingestor({
    database,
    uploadsDir: join(dataDir, 'uploads'),
    log: createLogger('silent', false),
    embedderModule: EMBEDDER,
    fetcher: new PageFetcher({ policy: new FetchPolicy(), userAgent: 'Guichet/test', ...fetcher }),
    ...options,
  })
  const ingest: Engines['ingest'] = {
    start: () => ingestor.start({ directory: dataDir, id: 'letters' }),
    wake: () => {
      ingestor.wake()
    },
    indexQa: (id, change) => ingestor.indexQa(id, change),
    watch: (told) => ingestor.watch(told),
    close: async () => {
      await ingestor.close()
      await database.close()
    },
  }
  const retriever = await letterRetriever(file)
  const appliance = await startAppliance({ dataDir, engines: { ingest, retriever } })
  await ingest.start()

  return {
    ...appliance,
    ingestor,
    database,
    /** Waits until nothing is being processed; how the source of that answer stands then. */
    async settled(answer: Answer) {
      await ingestor.idle()
      return data(await appliance.call('GET', `/knowledge/${String(data(answer)['id'])}`))
    },
    /** The titles found for an assistant, or for all of them. */
    async found(query: string, assistantId?: string): Promise<unknown[]> {
      const body = { query, limit: 50, ...(assistantId !== undefined && { assistant_id: assistantId }) }
      const { hits } = data(await appliance.call('POST', '/knowledge/search', body)) as {
        hits: { title: string }[]
      }
      return hits.map(({ title }) => title)
    },
  }
}

export type LetterAppliance = Awaited<ReturnType<typeof startLetterAppliance>>

async function letterRetriever(file: string): Promise<Retriever> {
  const module = (await import(EMBEDDER)) as { loadEmbedder(options: object): Promise<Embedder> }
  const embedder = { ...(await module.loadEmbedder({})), reads: () => true }
  const connection = openConnection(file, { readonly: true })
  const search = new PassageSearch(connection, embedder)
  const find = async (scope: SearchScope, question: string, limit: number) => {
    const query = await search.prepare(scope, question)
    return { query, hits: search.find(scope, query, limit) }
  }
  return {
    ready: () => Promise.resolve(),
    search: async (scope, query, limit) => (await find(scope, query, limit)).hits,
    async evidence(scope, question) {
      const { query, hits } = await find(scope, question, HITS)
      const { passages, frequency } = query.statistics
      return buildEvidence({
        question,
        language: query.language,
        hits,
        pairs: search.pairs(scope, query, hits),
        questionEmbedding: query.vector,
        embed: (texts) => embedder.embed(texts, 'passage'),
        statistics: { passages, frequency: (stem) => frequency.get(stem) ?? 0 },
        sighted: true,
        bilingual: true,
      })
    },
    close: () => {
      connection.close()
      return Promise.resolve()
    },
  }
}
