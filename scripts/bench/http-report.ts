import { PACE, VISITORS, type Case, type Compared, type FullReads } from './http-cases.js'
import type { Seed } from './http-seed.js'
import { factsText, type Facts } from './machine.js'
import { markdownTable, type Column } from './table.js'

/** Everything that was measured. */
export interface HttpFigures {
  facts: Facts
  seed: Seed
  messages: Case[]
  compared: Compared[]
  full: FullReads
}

/** A promise, and whether these figures keep it; milliseconds and MB of 1024². */
export interface Target {
  name: string
  limit: string
  found: string
  met: boolean
}

const MESSAGE_P50_MS = 5
const MESSAGE_P99_MS = 25
const LEAST_RATIO = 0.5
const READ_P99_MS = 50
const MOST_MB = 250

const BURSTS: Column<Case>[] = [
  { heading: 'case', of: ({ name }) => name },
  { heading: 'requests', of: ({ requests }) => requests },
  { heading: 'requests/s', decimals: 0, of: ({ perSecond }) => perSecond },
  { heading: 'p50 ms', decimals: 1, of: ({ p50 }) => p50 },
  { heading: 'p99 ms', decimals: 1, of: ({ p99 }) => p99 },
  { heading: 'max ms', decimals: 1, of: ({ max }) => max },
]
const COMPARED: Column<Compared>[] = [
  { heading: 'read', of: ({ name }) => name },
  { heading: 'bytes', of: ({ bytes }) => bytes },
  { heading: 'requests/s', decimals: 0, of: ({ perSecond }) => perSecond },
  { heading: 'bare Express', decimals: 0, of: ({ bare }) => bare },
  { heading: 'ratio', decimals: 2, of: ({ ratio }) => ratio },
]
const TARGETS: Column<Target>[] = [
  { heading: 'target', of: ({ name }) => name },
  { heading: 'limit', of: ({ limit }) => limit },
  { heading: 'found', of: ({ found }) => found },
  { heading: 'met', of: ({ met }) => (met ? 'yes' : 'no') },
]

/** The targets, each with what was found. */
export function targetsOf({ messages, compared, full }: HttpFigures): Target[] {
  const slowest = full.cases.reduce((worst, each) => (each.p99 > worst.p99 ? each : worst))
  const ratio = Math.min(...compared.map((each) => each.ratio))
  const memory = full.memory?.peak
  const ofMessages = messages.flatMap(({ name, p50, p99 }) => [
    atMost(`message p50, ${name}`, p50, MESSAGE_P50_MS, 'ms'),
    atMost(`message p99, ${name}`, p99, MESSAGE_P99_MS, 'ms'),
  ])
  return [
    ...ofMessages,
    {
      name: 'reads beside bare Express',
      limit: `at least ${LEAST_RATIO.toFixed(2)}`,
      found: ratio.toFixed(2),
      met: ratio >= LEAST_RATIO,
    },
    atMost(`slowest p99, ${slowest.name}`, slowest.p99, READ_P99_MS, 'ms'),
    ...(memory === undefined ? [] : [atMost('memory of the server at its peak', memory, MOST_MB, 'MB')]),
  ]
}

/** All of it as Markdown. */
export function httpText(figures: HttpFigures): string {
  const { facts, seed, messages, compared, full } = figures
  return [
    '# HTTP',
    factsText(facts),
    'Search and chat model are scripted and answer at once: what is measured is everything else. Clients run on the same machine.',
    '## Targets',
    markdownTable(TARGETS, targetsOf(figures)),
    '## Messages',
    `Each with words of its own, over ${String(VISITORS)} connections; first each connection sends the next as soon as it has its answer, then all of them together send ${String(PACE)} a second, one shortly after the other.`,
    markdownTable(BURSTS, messages),
    '## Authenticated reads',
    'Beside an Express handler that answers as many bytes of JSON and does nothing else, in alternating rounds.',
    markdownTable(COMPARED, compared),
    '## Reads of a full database',
    `With ${String(seed.sessions)} sessions and ${String(seed.messages)} messages. Event loop delayed by at most ${full.eventLoop.max.toFixed(0)} ms (p99 ${full.eventLoop.p99.toFixed(0)} ms); ${memoryText(full)}.`,
    markdownTable(BURSTS, full.cases),
    '',
  ].join('\n\n')
}

function memoryText({ memory }: FullReads): string {
  if (memory === undefined) return 'memory could not be measured here'
  return `memory of the server ${memory.now.toFixed(0)} MB, at its peak ${memory.peak.toFixed(0)} MB`
}

function atMost(name: string, found: number, limit: number, unit: string): Target {
  return {
    name,
    limit: `at most ${String(limit)} ${unit}`,
    found: `${found.toFixed(1)} ${unit}`,
    met: found <= limit,
  }
}
