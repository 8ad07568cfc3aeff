import { factsText, type Facts } from './machine.js'
import type { WrittenLevel } from './replies.js'
import { markdownTable, type Column } from './table.js'

const COLUMNS: Column<WrittenLevel>[] = [
  { heading: 'at once', of: ({ clients }) => clients },
  { heading: 'written', of: ({ written }) => written },
  { heading: 'others', of: ({ others }) => others },
  { heading: 'failed', of: ({ failed }) => failed },
  { heading: 'prompt tokens', of: ({ tokens }) => tokens.prompt },
  { heading: 'of them cached', of: ({ tokens }) => tokens.cached },
  { heading: 'reply tokens', of: ({ tokens }) => tokens.completion },
  { heading: 'read tokens/s', decimals: 1, of: ({ readPerSecond }) => readPerSecond },
  { heading: 'written tokens/s', decimals: 1, of: ({ writtenPerSecond }) => writtenPerSecond },
  { heading: 'first word p50 s', decimals: 1, of: ({ firstWord }) => firstWord.p50 / 1000 },
  { heading: 'p95 s', decimals: 1, of: ({ firstWord }) => firstWord.p95 / 1000 },
  { heading: 'last word p50 s', decimals: 1, of: ({ lastWord }) => lastWord.p50 / 1000 },
  { heading: 'p95 s', decimals: 1, of: ({ lastWord }) => lastWord.p95 / 1000 },
  { heading: 'replies/min', decimals: 1, of: ({ repliesPerMinute }) => repliesPerMinute },
  { heading: 'model MB', of: ({ child }) => child?.now },
  { heading: 'its peak', of: ({ child }) => child?.peak },
]

/** The measured levels as Markdown. */
export function repliesText(facts: Facts, levels: readonly WrittenLevel[]): string {
  return [
    '# Written replies',
    factsText(facts),
    'Tokens are means per written reply. Reading lasts until the first word; one reply is written at a time, the others wait. Others were quoted or declined; failed ones got no reply. Memory is the resident set in MB.',
    markdownTable(COLUMNS, levels),
    '',
  ].join('\n\n')
}
