import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { fileTypeFromFile } from 'file-type'
import type { Block } from '../../src/retrieval/chunk.js'
import { ExtractionError } from '../../src/ingest/extract/extraction.js'
import { EXTRACT_DEADLINE_MS, Extractor } from '../../src/ingest/extractor.js'
import { createLogger } from '../../src/log.js'
import { expectedContent, foundContent } from './content.js'
import { findSamples, type Sample } from './pairs.js'
import { recovered, shareOf, type Recovered } from './recall.js'

/** What became of one file. */
export interface Outcome {
  path: string
  /** By content: a media type. */
  format: string
  /** Why it could not be read. */
  failure?: string
  warnings: string[]
  pages: number
  seconds: number
  /** Undefined without an expected text, and for a file that was not read. */
  recovered?: Recovered
}

interface Read extends Outcome {
  sample: Sample
  blocks: Block[]
}

/** Reads every file below a folder as the product does: in its thread, with its deadline and its memory. */
export async function readAll(root: string, onFile: (outcome: Outcome) => void): Promise<Outcome[]> {
  const extractor = new Extractor({ deadlineMs: EXTRACT_DEADLINE_MS, log: createLogger('warn') })
  const outcomes: Read[] = []
  try {
    for (const sample of findSamples(root)) {
      const outcome = await readOne(extractor, sample)
      onFile(outcome)
      outcomes.push(outcome)
    }
  } finally {
    await extractor.close()
  }
  return compare(outcomes)
}

async function readOne(extractor: Extractor, sample: Sample): Promise<Read> {
  const { path } = sample
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  try {
    const { facts, blocks } = await extractor.extract(
      { path, hint: { fileName: basename(path) } },
      () => undefined,
      new AbortController().signal,
    )
    const warnings = [
      ...(facts.warnings ?? []).map(({ message }) => message),
      ...(facts.unreadablePages.length > 0
        ? [`Pages without text: ${facts.unreadablePages.join(', ')}.`]
        : []),
    ]
    const parsed = JSON.parse(new TextDecoder().decode(blocks)) as Block[]
    const pages = facts.pages ?? 0
    return { sample, path, format: facts.mediaType, warnings, pages, seconds: seconds(), blocks: parsed }
  } catch (error) {
    if (!(error instanceof ExtractionError)) throw error
    const format = (await fileTypeFromFile(path))?.mime ?? (extname(path) || 'unknown')
    return {
      sample,
      path,
      format,
      failure: error.message,
      warnings: [],
      pages: 0,
      seconds: seconds(),
      blocks: [],
    }
  }
}

async function compare(outcomes: Read[]): Promise<Outcome[]> {
  const compared: Outcome[] = []
  const claims = new Map<string, { outcome: Outcome; figures: Recovered }[]>()
  for (const { sample, blocks, ...outcome } of outcomes) {
    compared.push(outcome)
    const text = sample.own ?? sample.shared
    if (text === undefined || outcome.failure !== undefined) continue
    const figures = recovered(expectedContent(await readFile(text, 'utf8')), foundContent(blocks))
    claims.set(text, [...(claims.get(text) ?? []), { outcome, figures }])
  }
  // A text that several files of one name could have is the one's that it fits best.
  for (const claim of claims.values()) {
    const share = ({ figures }: { figures: Recovered }) => shareOf(figures.words) ?? 0
    const [best] = claim.toSorted((a, b) => share(b) - share(a))
    if (best !== undefined) best.outcome.recovered = best.figures
  }
  return compared
}
