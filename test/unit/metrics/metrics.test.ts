import { Writable } from 'node:stream'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '#src/errors.js'
import type { Condition } from '#src/metrics/condition.js'
import { Metrics } from '#src/metrics/metrics.js'
import { figure, parseMetrics } from '../../helpers/metrics-text.js'

const CONDITION: Condition = {
  version: '1.2.3',
  ready: () => true,
  engine: () => ({
    state: 'ready',
    pid: null,
    restarts: 2,
    queue: { running: 1, waiting: 3, capacity: 64, refused: 5 },
  }),
  knowledge: () =>
    Promise.resolve({ sources: { ready: 4, failed: 1 }, passages: 90, jobs: { ingest: 2, delete: 0 } }),
  dataDir: '.',
  databaseFile: 'package.json',
}

const REPLY = {
  answer_mode: 'compose',
  usage: { prompt_tokens: 100, cached_tokens: 80, completion_tokens: 12 },
  timings: { queue_ms: 1500, retrieval_ms: 40, first_token_ms: 2000, total_ms: 4000 },
}

describe('metrics', () => {
  let logged: Record<string, unknown>[]
  let metrics: Metrics

  beforeEach(() => {
    logged = []
    const lines = new Writable({
      write: (line: Buffer, _encoding, done) => {
        logged.push(JSON.parse(line.toString()) as Record<string, unknown>)
        done()
      },
    })
    metrics = new Metrics(pino({ base: null }, lines))
  })

  const samples = async () => parseMetrics(await metrics.text())

  it('count replies by how they came about, in seconds and tokens', async () => {
    metrics.replies.finished(REPLY)
    metrics.replies.finished({ ...REPLY, answer_mode: 'quote', fallback: 'There is no model.' })
    metrics.replies.failed(new AppError('busy', 'Too many.'))
    metrics.replies.failed(new DOMException('Stopped.', 'AbortError'))
    metrics.replies.failed(new Error('Broken.'))
    const found = await samples()
    const replies = (mode: string) => figure(found, 'guichet_replies_total', { mode })
    expect(['compose', 'quote', 'busy', 'cancelled', 'failed', 'verbatim'].map(replies)).toEqual([
      1, 1, 1, 1, 1, 0,
    ])
    expect(figure(found, 'guichet_tokens_total', { kind: 'cached' })).toBe(160)
    expect(figure(found, 'guichet_tokens_total', { kind: 'prompt' })).toBe(200)
    expect(figure(found, 'guichet_engine_queue_wait_seconds_sum')).toBe(1.5)
    expect(figure(found, 'guichet_reply_first_token_seconds_sum', { mode: 'compose' })).toBe(2)
    expect(figure(found, 'guichet_reply_duration_seconds_bucket', { mode: 'compose', le: '5' })).toBe(1)
    expect(figure(found, 'guichet_reply_duration_seconds_bucket', { mode: 'compose', le: '2.5' })).toBe(0)
    expect(figure(found, 'guichet_reply_fallbacks_total')).toBe(1)
  })

  it('tell the appliance’s condition as it is when somebody looks', async () => {
    let waiting = 3
    const engine = () => ({ ...CONDITION.engine(), queue: { running: 1, waiting, capacity: 64, refused: 5 } })
    metrics.watch({ ...CONDITION, engine })
    expect(figure(await samples(), 'guichet_engine_queue_waiting')).toBe(3)
    waiting = 0
    const found = await samples()
    expect(figure(found, 'guichet_engine_queue_waiting')).toBe(0)
    expect(figure(found, 'guichet_engine_queue_refused_total')).toBe(5)
    expect(figure(found, 'guichet_engine_restarts_total')).toBe(2)
    expect(figure(found, 'guichet_engine_state', { state: 'ready' })).toBe(1)
    expect(figure(found, 'guichet_engine_state', { state: 'failed' })).toBe(0)
    expect(figure(found, 'guichet_sources', { status: 'ready' })).toBe(4)
    expect(figure(found, 'guichet_passages')).toBe(90)
    expect(figure(found, 'guichet_build_info', { version: '1.2.3' })).toBe(1)
    expect(figure(found, 'guichet_database_size_bytes', { file: 'wal' })).toBe(0)
    expect(figure(found, 'guichet_disk_free_bytes')).toBeGreaterThan(0)
    expect(figure(found, 'guichet_engine_resident_memory_bytes')).toBeUndefined()
  })

  it.runIf(process.platform === 'linux')(
    'tell the memory of the inference process while it runs',
    async () => {
      let pid: number | null = process.pid
      metrics.watch({ ...CONDITION, engine: () => ({ state: 'ready', pid }) })
      expect(figure(await samples(), 'guichet_engine_resident_memory_bytes')).toBeGreaterThan(1e6)
      pid = 2 ** 30
      expect(figure(await samples(), 'guichet_engine_resident_memory_bytes')).toBeUndefined()
    },
  )

  it('leave out what cannot be read, say so once, and show it again when it can', async () => {
    let isBroken = true
    const knowledge = () =>
      isBroken ? Promise.reject(new Error('The database is closed.')) : CONDITION.knowledge()
    metrics.watch({ ...CONDITION, knowledge })
    const first = await metrics.text()
    expect(first).not.toContain('guichet_passages')
    expect(figure(parseMetrics(first), 'guichet_ready')).toBe(1)
    await metrics.text()
    expect(logged.filter(({ metric }) => metric === 'guichet_passages')).toHaveLength(1)
    isBroken = false
    expect(figure(await samples(), 'guichet_passages')).toBe(90)
  })

  it('ask the database once for those who look at the same time, and soon again', async () => {
    let asked = 0
    const knowledge = () => {
      asked += 1
      return CONDITION.knowledge()
    }
    metrics.watch({ ...CONDITION, knowledge })
    await Promise.all([metrics.text(), metrics.text()])
    await metrics.text()
    expect(asked).toBe(1)
  })

  it('tell of backups only where they are made', async () => {
    const other = new Metrics(pino({ level: 'silent' }))
    metrics.watch(CONDITION)
    const backup = () => ({ dueAt: new Date(9000), lastSuccessAt: new Date(5000), bytes: 7, failures: 1 })
    other.watch({ ...CONDITION, backup })
    expect(await metrics.text()).not.toContain('guichet_backup')
    const found = parseMetrics(await other.text())
    expect(figure(found, 'guichet_backup_last_success_timestamp_seconds')).toBe(5)
    expect(figure(found, 'guichet_backup_due_timestamp_seconds')).toBe(9)
    expect(figure(found, 'guichet_backup_failures_total')).toBe(1)
  })

  it('are each appliance’s own', async () => {
    const other = new Metrics(pino({ level: 'silent' }))
    other.replies.finished(REPLY)
    expect(figure(await samples(), 'guichet_replies_total', { mode: 'compose' })).toBe(0)
  })
})

describe('the reader of metrics', () => {
  it.each([
    ['a family that is not declared', 'guichet_x 1\n'],
    ['a sample twice', '# TYPE guichet_x gauge\nguichet_x 1\nguichet_x 1\n'],
    ['a label without quotes', '# TYPE guichet_x gauge\nguichet_x{a=b} 1\n'],
    ['no number', '# TYPE guichet_x gauge\nguichet_x one\n'],
    ['buckets that shrink', '# TYPE x histogram\nx_bucket{le="1"} 2\nx_bucket{le="+Inf"} 1\n'],
    ['a last line without an end', '# TYPE guichet_x gauge\nguichet_x 1'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseMetrics(text)).toThrow()
  })
})
