import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** A question of a set; `gold` is null when nothing in the corpus answers it. */
export interface EvalQuestion {
  text: string
  answers: string[]
  gold: string | null
}

export interface EvalDocument {
  id: string
  title: string
  text: string
}

/** A folder in BEIR layout, with gold answers and unanswerable questions where it has them. */
export interface EvalSet {
  language: string
  documents: EvalDocument[]
  questions: EvalQuestion[]
  unanswerable: EvalQuestion[]
}

const Document = z.object({ _id: z.string(), title: z.string().default(''), text: z.string() })
const Query = z.object({ _id: z.string(), text: z.string(), answers: z.array(z.string()).default([]) })

/** @throws Error when a file is missing or not in BEIR layout. */
export function readSet(folder: string, language: string): EvalSet {
  const gold = new Map(
    readFileSync(join(folder, 'qrels.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .map(([query = '', document = '']) => [query, document]),
  )
  return {
    language,
    documents: lines(folder, 'corpus.jsonl', Document).map(({ _id, title, text }) => ({
      id: _id,
      title,
      text,
    })),
    questions: lines(folder, 'queries.jsonl', Query).map((query) => ({
      ...query,
      gold: gold.get(query._id) ?? null,
    })),
    unanswerable: lines(folder, 'unanswerable.jsonl', Query).map((query) => ({ ...query, gold: null })),
  }
}

function lines<T>(folder: string, file: string, shape: z.ZodType<T>): T[] {
  const path = join(folder, file)
  if (!existsSync(path)) return []
  const rows = readFileSync(path, 'utf8').trim().split('\n')
  return rows.map((row) => shape.parse(JSON.parse(row)))
}
