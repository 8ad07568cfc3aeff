import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { basename } from 'node:path'
import { workerData } from 'piscina'
import { chunk, type Block } from '../retrieval/chunk.js'
import { digestOf, type Digest } from '../retrieval/digest.js'
import type { Embedder, EmbedderOptions } from '../retrieval/embedder.js'
import { indexText, type IndexableText } from '../retrieval/index-text.js'
import { embedHeadings } from '../retrieval/embed-headings.js'
import { detectLanguage } from '../retrieval/language.js'
import { readPair, type Pair, type ReadPair } from './read-pair.js'
import type { HeadingVector } from '../store/heading-vectors.js'
import type { IndexEmbedder } from '../store/index-record.js'

/** What a thread of the indexing pool is started with. */
export interface IndexWorkerData {
  embedder: EmbedderOptions
  /** URL of the module whose `loadEmbedder` makes the embedder. */
  embedderModule: string
}

/** What the indexing pool is asked to chunk. */
export interface ChunkTask {
  /** JSON of the blocks. */
  blocks: Uint8Array
  title: string
  language: string | null
}

/** A document in passages. */
export interface ChunkAnswer {
  /** Each the JSON of some passages, in order. */
  batches: Uint8Array[]
  digest: Digest
}

/** A passage to be prepared for the index. */
export type IndexTask = IndexableText & {
  language: string | null
  /** Whether its vector is known already: only its words are wanted then. */
  hasVector?: boolean
}

/** What the index is given for a passage. */
export interface Indexed {
  title: string
  body: string
  /** Null where the task has it already. */
  vector: Float32Array | null
  heading: HeadingVector | undefined
}

/** A pair, read and prepared for the index. */
export interface IndexedPair extends ReadPair {
  indexed: Indexed[]
}

/** Passages per message, so that the main thread unpacks and stores them in short steps. */
const PASSAGES_PER_BATCH = 50
/** Shorter texts say too little about their language; the document's is taken. */
const TELLING_CHARACTERS = 80

interface EmbedderModule {
  loadEmbedder(options: EmbedderOptions): Promise<Embedder>
}

const data = workerData as IndexWorkerData
let loaded: Promise<Embedder> | undefined

function embedder(): Promise<Embedder> {
  if (loaded === undefined) giveWay()
  loaded ??= import(data.embedderModule).then((module: EmbedderModule) => module.loadEmbedder(data.embedder))
  return loaded
}

/**
 * Visitors' questions go before documents: this thread, and those that the model's library starts from it, get the processor
 * when nobody else wants it. Where a thread cannot be told apart (other systems than Linux), nothing happens.
 */
function giveWay(): void {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')))
    setPriority(thread, constants.priority.PRIORITY_LOW)
  } catch {
    return
  }
}

/** Loads the model and says what it is. */
export async function describe(): Promise<IndexEmbedder> {
  const { id, dimension, hash } = await embedder()
  return { id, dimension, hash: hash ?? null }
}

/** Cuts a document into passages and sums it up. */
export async function chunkBlocks(task: ChunkTask): Promise<ChunkAnswer> {
  const model = await embedder()
  const blocks = JSON.parse(new TextDecoder().decode(task.blocks)) as Block[]
  const passages = chunk(blocks, {
    title: task.title,
    language: task.language,
    countTokens: (text) => model.countTokens(text),
    languageOf: (text) =>
      text.length < TELLING_CHARACTERS ? null : detectLanguage(text, task.language ?? undefined),
  })
  const batches: Uint8Array[] = []
  for (let at = 0; at < passages.length; at += PASSAGES_PER_BATCH) {
    batches.push(new TextEncoder().encode(JSON.stringify(passages.slice(at, at + PASSAGES_PER_BATCH))))
  }
  return { batches, digest: digestOf(task.title, blocks, task.language ?? 'en') }
}

/** A pair's passages and digest. */
export function pair(task: Pair): ReadPair {
  return readPair(task)
}

/** A pair's passages and digest, and what the index is given for each passage, in order. */
export async function indexPair({ title, ...given }: Pair & { title: string }): Promise<IndexedPair> {
  const read = readPair(given)
  return { ...read, indexed: await index(read.passages.map((passage) => ({ ...passage, title }))) }
}

/** Stems and embeds passages, in order. */
export async function index(tasks: IndexTask[]): Promise<Indexed[]> {
  const model = await embedder()
  const answers: Indexed[] = []
  for (const task of tasks) {
    const { title, body, embedded, heading } = indexText(task, task.language ?? 'en')
    const [vector = null] = task.hasVector === true ? [] : await model.embed([embedded], 'passage')
    const headings = await embedHeadings(model, [heading])
    answers.push({ title, body, vector, heading: headings.get(heading) })
  }
  return answers
}
