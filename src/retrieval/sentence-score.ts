import { bagOf, coverageOf, holds, share, type Bag } from './coverage.js'
import { holdsAnswer } from './expected-answer.js'
import type { Question, Term } from './question.js'
import type { Hit } from './retriever.js'
import { splitSentences, type Sentence } from './sentences.js'
import { stems } from './stems.js'

/** A sentence of a hit with everything known about how well it answers. */
export interface Candidate extends Sentence {
  hit: Hit
  /** Place of the hit among the hits, 0 = best. */
  rank: number
  /** Place of the sentence in the hit. */
  at: number
  features: SentenceFeatures
  /** Comparable within one question: higher is likelier to hold the answer. */
  score: number
}

/** What a sentence is judged by, each in [0, 1] unless it says otherwise. */
export interface SentenceFeatures {
  /** Question terms in the sentence. */
  own: number
  /** Question terms in the sentence or, for less, beside it and in the headings above. */
  context: number
  /** Question terms in the whole passage. */
  passage: number
  /** Neighbouring terms of the question that are neighbours here. */
  pairs: number
  /** The sentence holds the kind of thing asked for; 3 for a list of steps where one asks how. */
  kind: number
  /** Score of the hit in the search. */
  hit: number
  /** Cosine between question and sentence; NaN until it is known. */
  cosine: number
}

/** What a term counts for when it stands in the sentence before or after, in the title, in the heading above. */
const BEFORE = 0.5
const AFTER = 0.3
const TITLE = 0.5
const SECTION = 0.8
/** A list of steps answers "how" better than any sentence that happens to hold an instruction. */
const STEPS = 3
const NEAR = 3
const UNKNOWN_COSINE = 0.2

/** What each feature is worth to the order of sentences; see docs/evidence.md for how they were found. */
const WEIGHTS = { own: 2, context: 5, passage: 3.5, pairs: 0.8, kind: 1.7, hit: 3.5 }
/** Worth of the cosine where the embedder reads the language, and where it is nearly blind. */
const COSINE_WEIGHT = { sighted: 4.5, blind: 1.8 }

/** The candidate's score from its features; an unknown cosine counts as a middling one. */
export function scoreOf(features: SentenceFeatures, sighted: boolean): number {
  const { own, context, passage, pairs, kind, hit } = WEIGHTS
  const cosine = Number.isNaN(features.cosine) ? UNKNOWN_COSINE : features.cosine
  return (
    own * features.own +
    context * features.context +
    passage * features.passage +
    pairs * features.pairs +
    kind * features.kind +
    hit * features.hit +
    (sighted ? COSINE_WEIGHT.sighted : COSINE_WEIGHT.blind) * cosine
  )
}

/** Splits the hits into sentences and measures each against the question; cosine is left open. */
export function candidatesOf(question: Question, hits: readonly Hit[]): Candidate[] {
  return hits.flatMap((hit, rank) => {
    const language = hit.language ?? question.language
    const sentences = splitSentences(hit.text, language).map((one) => asHeading(one, hit))
    const sections = headings(sentences)
    const lists = sentences.map((_, at) => listBelow(sentences, at))
    const bags = sentences.map(({ text }, at) => bagOf(language, text, ...(lists[at] ?? [])))
    const title = bagOf(language, hit.title)
    const passage = coverageOf(question, bagOf(language, hit.title, hit.section ?? '', hit.text))
    return sentences.map((sentence, at): Candidate => {
      const section = bagOf(language, hit.section ?? '', sections[at] ?? '')
      const around = { own: bags[at], before: bags[at - 1], after: bags[at + 1], title, section }
      const surroundings = { hit, passage, language, leadsIn: (lists[at] ?? []).length > 0 }
      const features = measure(question, sentence, around, surroundings)
      return { ...sentence, hit, rank, at, features, score: 0 }
    })
  })
}

/** A passage opens with its heading, which is one however it is written ("How do I pay?"). */
function asHeading(sentence: Sentence, { text, section }: Hit): Sentence {
  const heading = section?.split(' › ').at(-1)
  if (!heading || !text.startsWith(heading) || sentence.end > heading.length) return sentence
  return { ...sentence, kind: 'heading' }
}

/** What follows a lead-in ("The steps are:"): the lead-in speaks for its list. */
function listBelow(sentences: readonly Sentence[], at: number): string[] {
  const lead = sentences[at]
  if (!lead || !/[:：]$/u.test(lead.text)) return []
  const after = sentences.slice(at + 1)
  const end = after.findIndex(({ kind }) => kind !== 'item' && kind !== 'row' && kind !== 'code')
  return after.slice(0, end < 0 ? after.length : end).map(({ text }) => text)
}

/** For each sentence the nearest heading before it in its passage. */
function headings(sentences: readonly Sentence[]): string[] {
  let last = ''
  return sentences.map(({ kind, text }) => {
    if (kind === 'heading') last = text
    return last
  })
}

/** The words of a sentence and of what surrounds it. */
interface Around {
  own: Bag | undefined
  before: Bag | undefined
  after: Bag | undefined
  title: Bag
  section: Bag
}

interface Surroundings {
  hit: Hit
  /** Coverage of the whole passage. */
  passage: number
  language: string
  /** A list follows. */
  leadsIn: boolean
}

function measure(question: Question, { text }: Sentence, around: Around, by: Surroundings): SentenceFeatures {
  const own = (term: Term) => credit(around.own, term)
  // A Q&A pair's title is its question: what was asked counts as if the answer said it.
  const titleCredit = by.hit.type === 'qa' ? 1 : TITLE
  return {
    own: share(question.terms, own),
    context: share(question.terms, (term) =>
      Math.max(
        own(term),
        BEFORE * credit(around.before, term),
        AFTER * credit(around.after, term),
        titleCredit * credit(around.title, term),
        SECTION * credit(around.section, term),
      ),
    ),
    passage: by.passage,
    pairs: neighbours(question, text, by.language),
    kind: kindOf(question, text, by.leadsIn),
    hit: by.hit.score,
    cosine: Number.NaN,
  }
}

function kindOf(question: Question, text: string, leadsIn: boolean): number {
  if (question.expects === 'manner' && leadsIn) return STEPS
  return question.expects !== 'any' && holdsAnswer(question.expects, text, question.text) ? 1 : 0
}

function credit(bag: Bag | undefined, term: Term): number {
  return bag ? holds(bag, term) : 0
}

/** Share of the question's neighbouring terms that stand within a few words of each other in the sentence. */
function neighbours(question: Question, text: string, language: string): number {
  const order = positions(text, language)
  const places = question.terms.map((term) => term.stems.flatMap((stem) => order.get(stem) ?? []))
  let near = 0
  for (let at = 1; at < places.length; at += 1) {
    const left = places[at - 1] ?? []
    const right = places[at] ?? []
    if (left.some((a) => right.some((b) => Math.abs(a - b) <= NEAR))) near += 1
  }
  return places.length > 1 ? near / (places.length - 1) : 0
}

function positions(text: string, language: string): Map<string, number[]> {
  const order = new Map<string, number[]>()
  for (const [at, stem] of stems(text, language).entries()) {
    const places = order.get(stem)
    if (places) places.push(at)
    else order.set(stem, [at])
  }
  return order
}
