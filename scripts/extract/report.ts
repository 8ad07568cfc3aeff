import { relative } from 'node:path'
import { mean } from '../measures.js'
import type { Content } from './content.js'
import type { Outcome } from './read-all.js'
import { shareOf, type Recall } from './recall.js'

/** Below these shares `--verbose` names a file. */
export const TARGETS: Record<keyof Content, number> = { words: 0.97, cells: 0.9, headings: 0.9 }

const KINDS = ['words', 'cells', 'headings'] as const
const MOST_SHOWN = 25

/** One line per format: how much of what was expected is there, over all words and as the mean of the files. */
export function table(outcomes: Outcome[]): string {
  const formats = [...new Set(outcomes.map(({ format }) => format))].sort()
  const head = [
    'format',
    'files',
    'read',
    'failed',
    'expected',
    'words',
    'mean',
    'cells',
    'headings',
    'pages',
    's',
  ]
  const rows = [
    head,
    ...formats.map((format) =>
      row(
        format,
        outcomes.filter((one) => one.format === format),
      ),
    ),
    row('all', outcomes),
  ]
  const widths = head.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)))
  return rows
    .map((cells) =>
      cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))),
    )
    .map((cells) => cells.join('  '))
    .join('\n')
}

function row(name: string, outcomes: Outcome[]): string[] {
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length
  const judged = outcomes.flatMap(({ recovered }) => recovered ?? [])
  const micro = (kind: keyof Content) =>
    shown(
      shareOf({
        expected: sum(judged.map((one) => one[kind].expected)),
        found: sum(judged.map((one) => one[kind].found)),
      }),
    )
  const means = judged.flatMap(({ words }) => shareOf(words) ?? [])
  return [
    name,
    String(outcomes.length),
    String(outcomes.length - failed),
    String(failed),
    String(judged.length),
    micro('words'),
    means.length === 0 ? '–' : mean(means).toFixed(3),
    micro('cells'),
    micro('headings'),
    String(sum(outcomes.map(({ pages }) => pages))),
    sum(outcomes.map(({ seconds }) => seconds)).toFixed(1),
  ]
}

/** The files that could not be read, with the reason. */
export function failures(outcomes: Outcome[], root: string): string {
  return outcomes
    .filter(({ failure }) => failure !== undefined)
    .map(({ path, failure }) => `${relative(root, path)}: ${failure ?? ''}`)
    .join('\n')
}

/** The files below target with what is missing in them, and what the product warns of. */
export function details(outcomes: Outcome[], root: string): string {
  return outcomes
    .flatMap(({ path, recovered, warnings }) => {
      const lines = warnings.map((message) => `  warning: ${message}`)
      for (const kind of KINDS) {
        const figures = recovered?.[kind]
        const share = figures && shareOf(figures)
        if (figures === undefined || share === undefined || share >= TARGETS[kind]) continue
        lines.push(
          `  ${kind} ${share.toFixed(3)} of ${String(figures.expected)}; missing: ${missing(figures)}`,
        )
      }
      return lines.length === 0 ? [] : [relative(root, path), ...lines]
    })
    .join('\n')
}

function missing({ missing }: Recall): string {
  const named = missing
    .slice(0, MOST_SHOWN)
    .map(({ text, times }) => `${text.slice(0, 60)}${times > 1 ? ` ×${String(times)}` : ''}`)
  return [...named, ...(missing.length > MOST_SHOWN ? ['…'] : [])].join(' · ')
}

function shown(share: number | undefined): string {
  return share === undefined ? '–' : share.toFixed(3)
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
