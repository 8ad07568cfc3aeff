import { compareQuestions, matchPair, type Likeness, type StoredPair } from '#src/retrieval/qa-match.js'
import { readQuestion, type Question } from '#src/retrieval/question.js'
import type { EvalQuestion, EvalSet } from './data.js'
import { apply, fitLogistic, type Row } from './logistic.js'
import { dot, indexDocument, SmallSearch } from './small-search.js'
import type { Embed } from './vectors.js'

/** A visitor's question compared with the stored pairs nearest to it. */
export interface PairCase {
  asked: Question
  gold: string | null
  half: 0 | 1
  compared: Likeness[]
}

const NEAREST = 5

/** Asks the set's paraphrases, and questions about other things, of the set's titles as stored pairs. */
export async function askPairs(
  set: EvalSet,
  foreign: readonly EvalQuestion[],
  embed: Embed,
  sighted: boolean,
) {
  const vectors = await embed(
    set.documents.map(({ title }) => title),
    'passage',
  )
  const documents = set.documents.map((one, at) => {
    const vector = vectors[at] ?? new Float32Array()
    return indexDocument(one, set.language, vector, vector)
  })
  const { statistics } = new SmallSearch(documents, set.language, sighted)
  const questions = [...set.questions, ...foreign.map((one) => ({ ...one, gold: null }))]
  const cases: PairCase[] = []
  for (const [at, { text, gold }] of questions.entries()) {
    const [vector = new Float32Array()] = await embed([text], 'query')
    const pairs = documents
      .map((one): StoredPair => {
        const what = { sourceId: one.id, passageId: one.id, question: one.title, answer: one.text }
        return { ...what, cosine: dot(one.vector, vector) }
      })
      .toSorted((a, b) => b.cosine - a.cosine)
      // One more than is looked at, so that leaving out the right one leaves as many.
      .slice(0, NEAREST + 1)
    const asked = readQuestion(text, set.language, statistics)
    const compared = compareQuestions(asked, pairs, sighted)
    cases.push({
      asked,
      gold,
      half: gold === null ? ((at % 2) as 0 | 1) : ((Number(gold) % 2) as 0 | 1),
      compared,
    })
  }
  return cases
}

/** What serving pairs verbatim would have done. */
export function pairFigures(cases: readonly PairCase[]) {
  const own = cases.filter(({ gold }) => gold !== null)
  const other = cases.filter(({ gold }) => gold === null)
  const served = own.map(({ asked, compared, gold }) => ({ id: matchPair(asked, compared)?.sourceId, gold }))
  const right = served.filter(({ id, gold }) => id === gold).length
  const answered = served.filter(({ id }) => id !== undefined).length
  const leftOut = own.filter(({ asked, compared, gold }) => {
    return (
      matchPair(
        asked,
        compared.filter(({ pair }) => pair.sourceId !== gold),
      ) !== null
    )
  })
  const falselyServed = other.filter(({ asked, compared }) => matchPair(asked, compared) !== null)
  return {
    recall: right / Math.max(1, own.length),
    precision: right / Math.max(1, answered),
    leftOut: leftOut.length / Math.max(1, own.length),
    foreign: falselyServed.length / Math.max(1, other.length),
  }
}

/** Coefficients of the likelihood that two questions ask the same, from the paraphrases of one half of the pairs. */
export function calibratePairs(cases: readonly PairCase[]) {
  const rows = cases
    .filter(({ half }) => half === 0)
    .flatMap(({ compared, gold }): Row[] =>
      compared.slice(0, NEAREST - 1).map(({ pair, there, back, unmet }) => ({
        features: [pair.cosine, there, back, unmet].map((value, at) => (at === 0 ? 4 * value : value)),
        label: pair.sourceId === gold,
        weight: 1,
      })),
    )
  const { bias, weights } = fitLogistic(rows)
  const [cosine = 0, there = 0, back = 0, unmet = 0] = weights
  const sure = apply({ bias, weights }, [4, 1, 1, 0])
  return { model: { bias, cosine: 4 * cosine, there, back, unmet }, sure }
}
