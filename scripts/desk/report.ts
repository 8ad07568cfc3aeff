import { z } from 'zod'
import { percentile } from '../measures.js'
import type { Reply } from '../appliance/client.js'

/** A question of the desk set. A right reply matches every expression in `expects`. */
export const DeskQuestion = z.object({
  id: z.string(),
  set: z.enum(['A', 'B']),
  lang: z.enum(['en', 'fr']),
  question: z.string(),
  from: z.enum(['qa', 'handbook', 'pdf']).optional(),
  expects: z.array(z.string()).default([]),
  unanswerable: z.boolean().default(false),
})
export type DeskQuestion = z.infer<typeof DeskQuestion>

/** How a reply is judged: three ways for answerable questions, two for unanswerable ones; `failed` without a reply. */
export type Verdict = 'right' | 'wrong' | 'falsely declined' | 'declined' | 'made up' | 'failed'

export interface Outcome {
  question: DeskQuestion
  reply: Reply
  verdict: Verdict
}

/** Judges one reply by its mode and its words, letter case aside. */
export function judgeReply(question: DeskQuestion, reply: Reply): Verdict {
  if (reply.mode === 'failed') return 'failed'
  const declined = reply.mode === 'declined' || reply.unsure
  if (question.unanswerable) return declined ? 'declined' : 'made up'
  if (declined) return 'falsely declined'
  return question.expects.every((expected) => new RegExp(expected, 'iu').test(reply.text)) ? 'right' : 'wrong'
}

/** The table of one run: answerable by language and origin, unanswerable by language, times, modes. */
export function report(outcomes: readonly Outcome[]): string {
  const answerable = outcomes.filter((one) => !one.question.unanswerable)
  const unanswerable = outcomes.filter((one) => one.question.unanswerable)
  const groups = new Map<string, Outcome[]>([['all', answerable]])
  for (const outcome of answerable) {
    const { lang, from } = outcome.question
    for (const name of [lang, ...(from === undefined ? [] : [from])]) {
      groups.set(name, [...(groups.get(name) ?? []), outcome])
    }
  }
  return [
    row('answerable', ['right', 'wrong', 'declined', 'failed', 'of']),
    ...[...groups].map(([name, group]) =>
      row(name, [
        count(group, 'right'),
        count(group, 'wrong'),
        count(group, 'falsely declined'),
        count(group, 'failed'),
        group.length,
      ]),
    ),
    '',
    row('unanswerable', ['declined', 'made up', '', 'failed', 'of']),
    ...['all', 'en', 'fr'].map((name) => {
      const group = unanswerable.filter((one) => name === 'all' || one.question.lang === name)
      return row(name, [
        count(group, 'declined'),
        count(group, 'made up'),
        '',
        count(group, 'failed'),
        group.length,
      ])
    }),
    '',
    row('milliseconds', ['p50', 'p95']),
    row('first word', times(outcomes.map((one) => one.reply.firstMs))),
    row('last word', times(outcomes.map((one) => one.reply.lastMs))),
    '',
    `modes: ${modes(outcomes)}`,
  ].join('\n')
}

/** One outcome with the whole reply, for reading. */
export function detail({ question, reply, verdict }: Outcome): string {
  return [
    `${question.id} ${verdict.toUpperCase()} · ${reply.mode} · confidence ${reply.confidence.toFixed(2)} · ${reply.lastMs.toFixed(0)} ms`,
    `  ? ${question.question}`,
    `  > ${reply.text.replaceAll('\n', '\n    ')}`,
    `  from ${reply.titles.join(' | ') || 'nothing'}${question.expects.length > 0 ? ` · expected ${question.expects.join(' & ')}` : ''}`,
  ].join('\n')
}

function count(group: readonly Outcome[], verdict: Verdict): number {
  return group.filter((one) => one.verdict === verdict).length
}

function times(values: readonly number[]): string[] {
  return [percentile(values, 0.5).toFixed(0), percentile(values, 0.95).toFixed(0)]
}

function modes(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>()
  for (const { reply } of outcomes) counts.set(reply.mode, (counts.get(reply.mode) ?? 0) + 1)
  return [...counts].map(([mode, number]) => `${mode} ${String(number)}`).join(', ')
}

function row(name: string, cells: readonly (string | number)[]): string {
  return `${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(10)).join('')}`.trimEnd()
}
