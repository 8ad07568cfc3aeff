import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { calibrate, curve, quoteFigures, shippedConfidences, shippedPoint } from './evidence/answers.js'
import type { Embedder } from '#src/retrieval/embedder.js'
import { askAll, type Case } from './evidence/cases.js'
import { readSet, type EvalSet } from './evidence/data.js'
import { askDesks, faqPairs, writtenPairs } from './evidence/desk-corpora.js'
import { calibrateDesks, deskFigures } from './evidence/desk-figures.js'
import { askPairs, calibratePairs, pairFigures } from './evidence/pairs.js'
import { cachedEmbedder, type Embed } from './evidence/vectors.js'

const USAGE = `Measures quotes, declining and Q&A matching on sets in BEIR layout.
  --data FOLDER     holds en-squad, fr-piaf and en-stackfaq
  --model FOLDER    the embedding model (default models/all-MiniLM-L6-v2)
  --cache FILE      keeps vectors from one run to the next
  --calibrate       derives the constants anew and judges them on the half they were not fitted on`

const SETS = [
  { name: 'en-squad', language: 'en' },
  { name: 'fr-piaf', language: 'fr' },
] as const
const SHARES = [0.05, 0.1, 0.15, 0.2]

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string', default: 'models/all-MiniLM-L6-v2' },
    cache: { type: 'string' },
    calibrate: { type: 'boolean', default: false },
  },
})

if (values.data === undefined) {
  print(USAGE)
  process.exitCode = 2
} else {
  await run(values.data, values.model, values.cache, values.calibrate)
}

async function run(data: string, model: string, cache: string | undefined, fitting: boolean): Promise<void> {
  const { embed, fresh, close } = await cachedEmbedder(model, cache)
  try {
    for (const { name, language } of SETS) {
      const set = readSet(join(data, name), language)
      const cases = await askAll(set, embed, language === 'en')
      print(`\n${name}`)
      reportQuotes(cases)
      reportDeclining(cases, language === 'en')
      if (fitting) reportCalibration(cases)
    }
    await reportPairs(data, embed, fitting)
    await reportDesks(data, fresh, fitting)
  } finally {
    await close()
  }
}

function reportQuotes(cases: readonly Case[]): void {
  const { givenTop3, overall, top3, characters } = quoteFigures(cases)
  print(
    `  gold answer quoted: ${pct(givenTop3)} where the passage is in the top 3 (${pct(top3)}), ${pct(overall)} of all`,
  )
  print(`  mean length quoted: ${characters.toFixed(0)} characters`)
}

function reportDeclining(cases: readonly Case[], sighted: boolean): void {
  for (const corpus of ['whole', 'small'] as const) {
    const { threshold, falselyDeclined, declined } = shippedPoint(cases, corpus, sighted)
    print(
      `  ${corpus}: at ${threshold.toFixed(2)} declines ${pct(declined)} of the unanswerable, ${pct(falselyDeclined)} falsely`,
    )
    const answerable = shippedConfidences(cases, corpus, true)
    reportCurve('    unanswerable', answerable, shippedConfidences(cases, corpus, false))
    if (corpus === 'small') {
      reportCurve('    right passage taken away', answerable, shippedConfidences(cases, 'removed', false))
    }
  }
}

function reportCurve(label: string, answerable: readonly number[], unanswerable: readonly number[]): void {
  const points = curve(answerable, unanswerable, SHARES)
  const cells = points.map(
    (p) => `${pct(p.declined)} at ${pct(p.falselyDeclined)} (${p.threshold.toFixed(2)})`,
  )
  print(`${label}: declined ${cells.join(', ')} falsely`)
}

function reportCalibration(cases: readonly Case[]): void {
  const { halves, model } = calibrate(cases)
  for (const [at, half] of halves.entries()) {
    for (const [corpus, points] of Object.entries(half)) {
      const cells = points.map(
        (p) => `${pct(p.declined)} at ${pct(p.falselyDeclined)} (${p.threshold.toFixed(2)})`,
      )
      print(`  fitted on half ${String(at)}, judged on the other, ${corpus}: ${cells.join(', ')}`)
    }
  }
  print(`  constants: ${JSON.stringify(rounded(model))}`)
}

async function reportPairs(data: string, embed: Embed, fitting: boolean): Promise<void> {
  const set = readSet(join(data, 'en-stackfaq'), 'en')
  const foreign: EvalSet = readSet(join(data, 'en-squad'), 'en')
  for (const sighted of [true, false]) {
    const cases = await askPairs(set, foreign.questions, embed, sighted)
    print(`\nen-stackfaq, Q&A pairs served verbatim, embedder ${sighted ? 'sighted' : 'taken for blind'}`)
    for (const half of [0, 1] as const) {
      const figures = pairFigures(cases.filter((one) => one.half === half))
      const { recall, precision, leftOut, foreign: others } = figures
      print(
        `  half ${String(half)}${half === 0 ? ' (fitted)' : ''}: recall ${pct(recall)}, precision ${pct(precision)}; ` +
          `served although the right pair was left out ${pct(leftOut)}, to foreign questions ${pct(others)}`,
      )
    }
    if (fitting && sighted) print(`  constants: ${JSON.stringify(rounded(calibratePairs(cases).model))}`)
  }
}

async function reportDesks(data: string, embedder: Embedder, fitting: boolean): Promise<void> {
  const [en, fr] = [writtenPairs('en'), writtenPairs('fr')]
  const sets = [
    { name: 'written, English', cases: await askDesks(en, fr, 16, embedder) },
    { name: 'written, French', cases: await askDesks(fr, en, 16, embedder) },
    {
      name: 'en-stackfaq',
      cases: await askDesks(faqPairs(readSet(join(data, 'en-stackfaq'), 'en')), fr, 24, embedder),
    },
  ] as const
  print('\nsmall desks of Q&A pairs, half of the questions answerable')
  for (const { name, cases } of sets) {
    const { quotable, right, wrong, declined } = deskFigures(cases)
    print(
      `  ${name}: answered rightly ${pct(right)} (of ${pct(quotable)} found), wrongly ${pct(wrong)}; declined ${pct(declined)} of the unanswerable`,
    )
  }
  if (!fitting) return
  const [english, french, faq] = sets
  print(
    `  constants, sighted: ${JSON.stringify(rounded(calibrateDesks([english.cases, faq.cases], 'sighted')))}`,
  )
  print(`  constants, blind: ${JSON.stringify(rounded(calibrateDesks([french.cases], 'blind')))}`)
}

function rounded(record: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, Math.round(value * 100) / 100]),
  )
}

function pct(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
