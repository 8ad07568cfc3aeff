import { workerData } from 'piscina'
import { openConnection } from '../store/database.js'
import type { EmbedderOptions } from './embedder.js'
import { buildEvidence } from './evidence.js'
import type { Evidence, Hit, QuestionVector, SearchScope } from './retriever.js'
import { FollowingSearch, type CurrentSearch } from './following-search.js'

/** What the worker is started with. */
export interface SearchWorkerData {
  /** The database file; opened read-only. */
  database: string
  embedder: EmbedderOptions
  /** The embedder whose vectors the index may hold still, where its files are there. */
  earlier?: EmbedderOptions | undefined
}

export interface SearchTask {
  scope: SearchScope
  query: string
  limit: number
}

export interface EvidenceTask {
  scope: SearchScope
  question: string
}

export interface QuestionTask {
  question: string
  language: string
}

/** Hits that evidence is drawn from. */
const EVIDENCE_HITS = 8

/** E5 models find hardly any two texts unlike: their cosines begin at about 0.7. */
const ALIKE = { e5: 0.92, other: 0.75 }

let opened: Promise<FollowingSearch> | undefined

/** Resolves once the model is loaded; a failed load is tried again at the next call. */
export async function ready(): Promise<void> {
  await open()
}

/** The best passages in scope; see Retriever.search. */
export async function search({ scope, query, limit }: SearchTask): Promise<Hit[]> {
  const { search } = await open()
  return search.find(scope, await search.prepare(scope, query), limit)
}

/** What the passages in scope say about the question; see Retriever.evidence. */
export async function evidence({ scope, question }: EvidenceTask): Promise<Evidence> {
  const { search, embedder } = await open()
  const query = await search.prepare(scope, question)
  const hits = search.find(scope, query, EVIDENCE_HITS)
  const { passages, frequency } = query.statistics
  return buildEvidence({
    question,
    language: query.language,
    hits,
    pairs: search.pairs(scope, query, hits),
    questionEmbedding: query.vector,
    embed: (texts) => embedder.embed(texts, 'passage'),
    statistics: { passages, frequency: (stem) => frequency.get(stem) ?? 0 },
    sighted: embedder.reads(query.language),
    bilingual: embedder.reads('fr') && embedder.reads('en'),
  })
}

/** The question's vector; see Retriever.questionVector. */
export async function questionVector({ question, language }: QuestionTask): Promise<QuestionVector | null> {
  const { embedder } = await open()
  if (!embedder.reads(language)) return null
  const [vector] = await embedder.embed([question], 'query')
  if (vector === undefined) return null
  const alike = /(?:^|[^a-z0-9])e5(?:[^a-z0-9]|$)/i.test(embedder.id) ? ALIKE.e5 : ALIKE.other
  return { vector, embedder: embedder.id, alike }
}

async function open(): Promise<CurrentSearch> {
  opened ??= start().catch((error: unknown) => {
    opened = undefined
    throw error
  })
  return (await opened).current()
}

async function start(): Promise<FollowingSearch> {
  const data = workerData as SearchWorkerData
  const connection = openConnection(data.database, { readonly: true, mapped: true })
  try {
    return await FollowingSearch.start(connection, data.embedder, data.earlier)
  } catch (error) {
    connection.close()
    throw error
  }
}
