import { indexText } from '#src/retrieval/index-text.js'
import { gather, type Findings } from '#src/retrieval/evidence.js'
import type { EvalQuestion, EvalSet } from './data.js'
import { indexDocument, SmallSearch, type IndexedDocument } from './small-search.js'
import type { Embed } from './vectors.js'

/** Where a case comes from: the whole set, a small corpus cut out of it, that corpus less the right passage. */
export type Corpus = 'whole' | 'small' | 'removed'

/** One question asked of one corpus. */
export interface Case {
  question: EvalQuestion
  corpus: Corpus
  answerable: boolean
  /** Questions alternate between two halves: constants are fitted on 0 and judged on 1, and the other way round. */
  half: 0 | 1
  findings: Findings
  /** Place of the right passage among the hits, -1 when it was not found. */
  rank: number
}

const SMALL_CORPORA = 24
const SMALLEST = 25
const LARGEST = 100
const FOREIGN_SHARE = 0.15
const HITS = 5

/** Asks every question of the whole set and of small corpora cut out of it along its titles. */
export async function askAll(set: EvalSet, embed: Embed, sighted: boolean): Promise<Case[]> {
  const documents = await indexed(set, embed)
  const cases: Case[] = []
  const ask = async (
    corpus: Corpus,
    search: SmallSearch,
    question: EvalQuestion,
    at: number,
    answerable: boolean,
  ) => {
    const found = await answer(set, search, question, embed, sighted)
    cases.push({ question, corpus, answerable, half: at % 2 === 0 ? 0 : 1, ...found })
  }
  const whole = new SmallSearch(documents, set.language, sighted)
  for (const [at, question] of set.questions.entries()) await ask('whole', whole, question, at, true)
  for (const [at, question] of set.unanswerable.entries()) await ask('whole', whole, question, at, false)
  const random = seeded(7)
  for (let round = 0; round < SMALL_CORPORA; round += 1) {
    const part = cutOut(documents, random)
    const ids = new Set(part.map(({ id }) => id))
    const small = new SmallSearch(part, set.language, sighted)
    for (const [at, question] of set.questions.entries()) {
      if (question.gold === null || !ids.has(question.gold)) continue
      await ask('small', small, question, at, true)
      const rest = part.filter(({ id }) => id !== question.gold)
      await ask('removed', new SmallSearch(rest, set.language, sighted), question, at, false)
    }
    for (const [at, question] of set.unanswerable.entries()) {
      if (random() < FOREIGN_SHARE) await ask('small', small, question, at, false)
    }
  }
  return cases
}

async function indexed(set: EvalSet, embed: Embed): Promise<IndexedDocument[]> {
  const texts = set.documents.map(
    (document) => indexText({ ...document, kind: 'body', section: null }, set.language).embedded,
  )
  const vectors = await embed(texts, 'passage')
  const headings = await embed(
    set.documents.map(({ title }) => title),
    'passage',
  )
  const none = new Float32Array()
  return set.documents.map((one, at) =>
    indexDocument(one, set.language, vectors[at] ?? none, headings[at] ?? none),
  )
}

async function answer(
  set: EvalSet,
  search: SmallSearch,
  question: EvalQuestion,
  embed: Embed,
  sighted: boolean,
) {
  const [questionEmbedding = new Float32Array()] = await embed([question.text], 'query')
  const hits = search.find(question.text, questionEmbedding, HITS)
  const findings = await gather({
    question: question.text,
    language: set.language,
    hits,
    pairs: [],
    questionEmbedding,
    embed: (texts) => embed(texts, 'passage'),
    statistics: search.statistics,
    sighted,
  })
  return { findings, rank: hits.findIndex(({ passageId }) => passageId === question.gold) }
}

/** All passages of titles drawn at random until there are enough for a small corpus. */
function cutOut(documents: readonly IndexedDocument[], random: () => number): IndexedDocument[] {
  const titles = [...new Set(documents.map(({ title }) => title))]
  const wanted = SMALLEST + random() * (LARGEST - SMALLEST)
  const part: IndexedDocument[] = []
  while (part.length < wanted && titles.length > 0) {
    const [title] = titles.splice(Math.floor(random() * titles.length), 1)
    part.push(...documents.filter((one) => one.title === title).slice(0, 30))
  }
  return part
}

/** A linear congruential generator: the same corpora in every run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7f_ff_ff_ff
    return state / 0x7f_ff_ff_ff
  }
}
