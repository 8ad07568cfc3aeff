import { factsText, type Facts } from './machine.js'
import { markdownTable, type Column } from './table.js'

/** A figure beside what it should be at most or at least; `met` is undefined where nothing is asked of it. */
export interface Target {
  name: string
  limit: string
  found: string
  met: boolean | undefined
}

/** One part of the measurement. */
export interface Part {
  title: string
  note: string
  targets: Target[]
}

const COLUMNS: Column<Target>[] = [
  { heading: 'figure', of: ({ name }) => name },
  { heading: 'target', of: ({ limit }) => limit },
  { heading: 'found', of: ({ found }) => found },
  { heading: 'met', of: ({ met }) => (met === undefined ? undefined : met ? 'yes' : 'no') },
]

/** A figure that should be small. */
export function atMost(name: string, found: number, limit: number | undefined, unit: string): Target {
  return {
    name,
    limit: limit === undefined ? '–' : `at most ${String(limit)} ${unit}`.trim(),
    found: `${found.toFixed(unit === '' ? 2 : 1)} ${unit}`.trim(),
    met: limit === undefined ? undefined : found <= limit,
  }
}

/** A figure of which nothing is asked. */
export function below(name: string, found: number, unit: string): Target {
  return { name, limit: '–', found: `${found.toFixed(0)} ${unit}`, met: undefined }
}

/** All of it as Markdown. */
export function retrievalText(facts: Facts, parts: readonly Part[]): string {
  return [
    '# Retrieval and ingestion',
    factsText(facts),
    ...parts.flatMap(({ title, note, targets }) => [`## ${title}`, note, markdownTable(COLUMNS, targets)]),
    '',
  ].join('\n\n')
}
