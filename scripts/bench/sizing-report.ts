import type { Memory } from './memory.js'
import { factsText, type Facts } from './machine.js'
import type { Level, Step } from './sizing.js'
import { markdownTable, type Column } from './table.js'

interface LevelRow {
  passages: number
  level: Level
}

const INGESTION: Column<Step>[] = [
  { heading: 'passages', of: (step) => step.passages },
  { heading: 'documents', of: (step) => step.documents },
  { heading: 'database MB', decimals: 1, of: ({ disk }) => disk.database },
  { heading: 'uploads MB', decimals: 1, of: ({ disk }) => disk.uploads },
  { heading: 'passages/s', decimals: 1, of: ({ ingestion }) => ingestion.passagesPerSecond },
  { heading: 'minutes for all', decimals: 1, of: ({ ingestion }) => ingestion.minutes },
  { heading: '/livez p99 ms', of: ({ ingestion }) => ingestion.livez.p99 },
  { heading: 'max ms', of: ({ ingestion }) => ingestion.livez.max },
]
const INGESTION_LOOP: Column<Step>[] = [
  { heading: 'event loop p99 ms', of: ({ eventLoop }) => eventLoop?.p99 },
  { heading: 'max ms', of: ({ eventLoop }) => eventLoop?.max },
]
const MEMORY: Column<Step>[] = [
  { heading: 'passages', of: (step) => step.passages },
  { heading: 'listening s', decimals: 1, of: ({ start }) => start.listening },
  { heading: 'ready s', decimals: 1, of: ({ start }) => start.ready },
  { heading: 'server idle MB', of: ({ idle }) => idle?.now },
  { heading: 'after questions', of: ({ answered }) => answered?.now },
  { heading: 'peak answering', of: ({ answered }) => answered?.peak },
  { heading: 'peak ingesting', of: ({ ingestion }) => ingestion.peak?.peak },
]
const LEVELS: Column<LevelRow>[] = [
  { heading: 'passages', of: ({ passages }) => passages },
  { heading: 'at once', of: ({ level }) => level.clients },
  { heading: 'search p50', of: ({ level }) => level.search.p50 },
  { heading: 'p95', of: ({ level }) => level.search.p95 },
  { heading: 'searches/s', decimals: 1, of: ({ level }) => level.searchesPerSecond },
  { heading: 'first word p50', of: ({ level }) => level.firstWord.p50 },
  { heading: 'p95', of: ({ level }) => level.firstWord.p95 },
  { heading: 'last word p50', of: ({ level }) => level.lastWord.p50 },
  { heading: 'p95', of: ({ level }) => level.lastWord.p95 },
  { heading: 'replies/s', decimals: 1, of: ({ level }) => level.repliesPerSecond },
  { heading: 'quoted', of: ({ level }) => level.quoted },
  { heading: 'declined', of: ({ level }) => level.declined },
  { heading: 'failed', of: ({ level }) => level.failed },
  { heading: '/livez p99', of: ({ level }) => level.livez.p99 },
  { heading: 'max', of: ({ level }) => level.livez.max },
]
const LEVELS_LOOP: Column<LevelRow>[] = [
  { heading: 'event loop p99', of: ({ level }) => level.eventLoop?.p99 },
  { heading: 'max', of: ({ level }) => level.eventLoop?.max },
]

/** The finished steps as Markdown; `child` is the inference child's memory after one written reply. */
export function sizingText(facts: Facts, steps: readonly Step[], child: Memory | undefined): string {
  const rows = steps.flatMap(({ passages, levels }) => levels.map((level) => ({ passages, level })))
  const inside = steps.some(({ eventLoop }) => eventLoop !== undefined)
  return [
    '# Sizing',
    factsText(facts),
    '## Disk and ingestion',
    'Passages a second of the last step; minutes for all passages from an empty appliance. `/livez` is asked every 50 ms meanwhile.',
    markdownTable([...INGESTION, ...(inside ? INGESTION_LOOP : [])], steps),
    '## Start and memory',
    'Seconds from the start of the process with these passages. Memory is the server’s resident set in MB.',
    markdownTable(MEMORY, steps),
    child === undefined
      ? 'The chat model’s process was not measured.'
      : `The chat model’s process, there once a reply was written: ${child.now.toFixed(0)} MB, at its peak ${child.peak.toFixed(0)} MB, at any number of passages.`,
    '## Search and replies',
    'Milliseconds, measured by clients on the same machine. Replies are quotes, streamed, each in a session of its own.',
    markdownTable([...LEVELS, ...(inside ? LEVELS_LOOP : [])], rows),
    '',
  ].join('\n\n')
}
