import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { readPair } from '#src/ingest/read-pair.js'
import { embedHeadings } from '#src/retrieval/embed-headings.js'
import type { Embedder } from '#src/retrieval/embedder.js'
import { gather, type Findings } from '#src/retrieval/evidence.js'
import { indexText } from '#src/retrieval/index-text.js'
import { PassageSearch } from '#src/retrieval/search.js'
import { openDatabase, type Database } from '#src/store/database.js'
import { passageIndex } from '#src/store/passage-index.js'
import { passageStore } from '#src/store/passages.js'
import { sourceStore } from '#src/store/sources.js'
import { seeded } from './cases.js'
import type { EvalSet } from './data.js'

const Entry = z.object({ question: z.string(), answer: z.string(), paraphrases: z.array(z.string()) })
/** A stored pair and other ways to ask for it. */
export type DeskPair = z.infer<typeof Entry>

/** A paraphrase asked of a desk that holds its pair, or does not. */
export interface DeskCase {
  held: boolean
  /** The stored pair that answers; undefined where it is not held. */
  sourceId: string | undefined
  findings: Findings
  /** Questions alternate between two halves by their pair. */
  half: 0 | 1
}

const DESKS = 4
const HITS = 8
const LONGEST_ANSWER = 1500

/** The paraphrases that were written for this purpose; scripts/evidence/paraphrases. */
export function writtenPairs(language: 'en' | 'fr'): DeskPair[] {
  const file = join('scripts/evidence/paraphrases', `${language}.jsonl`)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Entry.parse(JSON.parse(line)))
}

/** A FAQ in BEIR layout as pairs, two paraphrases each. */
export function faqPairs(set: EvalSet): DeskPair[] {
  return set.documents
    .filter(({ text }) => text.length < LONGEST_ANSWER)
    .map(({ id, title, text }) => {
      const paraphrases = set.questions.filter(({ gold }) => gold === id).map((question) => question.text)
      return { question: title, answer: text, paraphrases: paraphrases.slice(0, 2) }
    })
}

/**
 * Asks the paraphrases of `own` of a few desks that each hold half of it, beside some pairs in the other language:
 * half of the questions can be answered, the other half cannot.
 */
export async function askDesks(
  own: DeskPair[],
  other: DeskPair[],
  size: number,
  embedder: Embedder,
): Promise<DeskCase[]> {
  const folder = mkdtempSync(join(tmpdir(), 'guichet-desks-'))
  const database = await openDatabase(join(folder, 'desks.db'))
  passageIndex(database.connection).ensureVectorTable(embedder.dimension, embedder.id)
  try {
    const random = seeded(7)
    const cases: DeskCase[] = []
    for (let desk = 0; desk < DESKS; desk += 1) {
      const asked = shuffled(own, random).slice(0, 2 * size)
      const held = asked.slice(0, size)
      const scope = { orgId: `desk-${desk}` }
      await database.db
        .insertInto('organization')
        .values({ id: scope.orgId, name: '', requests_per_hour: null, created_at: '' })
        .execute()
      const ids = new Map<DeskPair, string>()
      for (const pair of [...held, ...shuffled(other, random).slice(0, size / 2)]) {
        ids.set(pair, await store(database, embedder, scope.orgId, pair))
      }
      const search = new PassageSearch(database.connection, embedder)
      for (const pair of asked) {
        for (const text of pair.paraphrases) {
          const findings = await ask(search, embedder, scope, text)
          const half = own.indexOf(pair) % 2 === 0 ? 0 : 1
          cases.push({ held: held.includes(pair), sourceId: ids.get(pair), findings, half })
        }
      }
    }
    return cases
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function store(database: Database, embedder: Embedder, orgId: string, pair: DeskPair): Promise<string> {
  const { db, connection } = database
  const { question, answer } = pair
  const source = await sourceStore(db).create({ orgId, type: 'qa', title: question, question, answer })
  const { passages } = readPair(pair)
  const nums = await passageStore(db).stage({ id: source.id, orgId, everyone: true }, passages)
  for (const [at, passage] of passages.entries()) {
    const words = indexText({ ...passage, title: question }, passage.language ?? 'en')
    const [vector = new Float32Array()] = await embedder.embed([words.embedded], 'passage')
    const headings = await embedHeadings(embedder, [words.heading])
    passageIndex(connection).insert({
      num: nums[at] ?? 0,
      orgId,
      title: words.title,
      body: words.body,
      vector,
      heading: headings.get(words.heading),
    })
  }
  await passageStore(db).setLive(source.id)
  await sourceStore(db).setStatus(source.id, 'ready')
  return source.id
}

async function ask(search: PassageSearch, embedder: Embedder, scope: { orgId: string }, text: string) {
  const query = await search.prepare(scope, text)
  const hits = search.find(scope, query, HITS)
  const { passages, frequency } = query.statistics
  return gather({
    question: text,
    language: query.language,
    hits,
    pairs: search.pairs(scope, query, hits),
    questionEmbedding: query.vector,
    embed: (texts) => embedder.embed(texts, 'passage'),
    statistics: { passages, frequency: (stem) => frequency.get(stem) ?? 0 },
    sighted: embedder.reads(query.language),
  })
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ one }) => one)
}
