import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Engines } from '#src/app.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'
import { declaredNames, parseMetrics, type Sample } from '../helpers/metrics-text.js'
import { groupingsOf, selectorsOf } from '../helpers/promql.js'

const folder = new URL('../../docs/grafana/', import.meta.url)
const Dashboard = z.object({
  uid: z.string().min(1),
  title: z.string().min(1),
  __inputs: z.array(z.object({ name: z.literal('DS_PROMETHEUS'), type: z.literal('datasource') })).length(1),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.enum(['row', 'timeseries', 'stat']),
      title: z.string().min(1),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).optional(),
    }),
  ),
})

const dashboard = Dashboard.parse(JSON.parse(readFileSync(new URL('guichet.json', folder), 'utf8')))
const asked = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ where: title, expr, legendFormat })),
)
const alerts = readFileSync(new URL('alerts.yml', folder), 'utf8')
const rules = [...alerts.matchAll(/alert: (\w+)\n\s+expr: (.+)\n/g)].map(([, where = '', expr = '']) => ({
  where,
  expr,
  legendFormat: '',
}))

/** What Prometheus adds to whatever it reads. */
const OF_PROMETHEUS = { metrics: ['up'], labels: ['instance', 'job'] }
/** Labels whose values depend on what has happened. */
const OPEN_LABELS = [...OF_PROMETHEUS.labels, 'status']

/** Backups by the clock, one of which was taken and one failed. */
const nightly: Engines['backups'] = {
  start: () => Promise.resolve(),
  state: () => ({
    schedule: '0 3 * * *',
    next_at: null,
    due_at: '2026-11-23T03:00:00.000Z',
    running: false,
    last_success_at: '2026-11-22T03:00:00.000Z',
    last_bytes: 4096,
    failures: 1,
    last_error: 'The disk is full.',
  }),
  close: () => Promise.resolve(),
}

describe('the dashboard and the alerts', () => {
  let appliance: Appliance
  let names: Set<string>
  let samples: Sample[]

  beforeAll(async () => {
    appliance = await startAppliance({ engines: { backups: nightly } })
    const { assistants } = data(await appliance.call('GET', '/assistants/'))
    const [assistant] = assistants as { id: string }[]
    const session = data(await appliance.call('POST', '/sessions/', { assistant_id: assistant?.id }))
    await appliance.call('POST', `/sessions/${String(session.id)}/messages`, {
      content: 'How do I reset it?',
    })
    const text = String((await send(`${appliance.origin}/metrics`)).body)
    names = new Set([...declaredNames(text), ...OF_PROMETHEUS.metrics])
    samples = parseMetrics(text)
  })

  afterAll(() => appliance.stop())

  it('have something to ask', () => {
    expect(asked.length).toBeGreaterThan(40)
    expect(rules).toHaveLength(alerts.match(/^ +- alert:/gm)?.length ?? 0)
  })

  it.each([...asked, ...rules])(
    'ask the appliance for what it tells: $where, $expr',
    ({ expr, legendFormat }) => {
      const selectors = selectorsOf(expr)
      expect(selectors.length).toBeGreaterThan(0)
      expect(selectors.map(({ metric }) => metric).filter((metric) => !names.has(metric))).toEqual([])
      const shown = samples.filter(({ name }) => selectors.some(({ metric }) => metric === name))
      const labels = [...OF_PROMETHEUS.labels, ...shown.flatMap((sample) => Object.keys(sample.labels))]
      const legends = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
      if (shown.length > 0) expect(labels).toEqual(expect.arrayContaining([...groupingsOf(expr), ...legends]))
      for (const { metric, labels: matchers } of selectors) {
        for (const { name, operator, value } of matchers.filter(({ name }) => !OPEN_LABELS.includes(name))) {
          const told = samples.filter((sample) => sample.name === metric).map((sample) => sample.labels[name])
          const values = operator.endsWith('~') ? value.split('|') : [value]
          expect(told).toEqual(expect.arrayContaining(values))
        }
      }
    },
  )

  it('hears of backups where they are scheduled', () => {
    const told = samples.filter(({ name }) => name.startsWith('guichet_backup_'))
    expect(Object.fromEntries(told.map(({ name, value }) => [name, value]))).toEqual({
      guichet_backup_due_timestamp_seconds: Date.parse('2026-11-23T03:00:00.000Z') / 1000,
      guichet_backup_last_success_timestamp_seconds: Date.parse('2026-11-22T03:00:00.000Z') / 1000,
      guichet_backup_size_bytes: 4096,
      guichet_backup_failures_total: 1,
    })
  })

  it('has a panel in every place once', () => {
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
    expect(rows).toEqual(['Traffic', 'Replies', 'Engine', 'Knowledge', 'Machine'])
  })
})
