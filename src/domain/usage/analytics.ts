import type { Page } from '../../contract/common.js'
import type {
  EventQuery,
  EventReport,
  FeedbackQuery,
  FeedbackReport,
  KeyUsage,
  PagedSpanQuery,
  Ratings,
  RateLimitReport,
  BucketQuery,
  RequestLogEntry,
  RequestLogQuery,
} from '../../contract/analytics.js'
import { clientsSeen } from '../../store/client-usage.js'
import type { Database } from '../../store/database.js'
import { ratingsOf } from '../../store/feedback-counts.js'
import { listRequests } from '../../store/request-log.js'
import { eventsByHour, firstEventAt } from '../../store/telemetry-events.js'
import { requestsByClient, requestsByHour } from '../../store/usage-hours.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'
import { notFound } from '../../errors.js'
import { bucketsOf, bucketStart, piecewise, timesOf, wholeTimesOf, type Times } from './spans.js'

const MOST_EVENT_TYPES = 100
/** Events are counted one by one, and there may be many in an hour. */
const EVENT_PIECE_MS = 7_200_000

export interface AnalyticsParts {
  db: Database['db']
  /** Stores what has been noted so far, so that it is counted too. */
  flush: () => Promise<void>
  /** An organization's requests per hour; 0 = no limit. */
  requestsPerHour: (orgId: string) => Promise<number>
  /** The hour under way of an organization, if it has begun one. */
  rateWindow: (orgId: string) => Promise<{ hits: number; resetAt: number } | undefined>
}

type Names = Map<string, { name: string }>

/** What happened, for those who run an organization: its requests, limits, clients, ratings and events. */
export class Analytics {
  constructor(private readonly parts: AnalyticsParts) {}

  /** Newest first. */
  async requests(orgId: string, query: RequestLogQuery): Promise<Page<RequestLogEntry> & Times> {
    await this.parts.flush()
    const times = timesOf(query, afterNow())
    const { status, method, route, client_id: clientId } = query
    const page = await listRequests(
      this.parts.db,
      orgId,
      { ...times, status, method, route, clientId },
      query,
    )
    return { ...times, total: page.total, rows: page.rows.map(({ org_id: _org, seq: _seq, ...row }) => row) }
  }

  async rateLimits(orgId: string, query: BucketQuery): Promise<RateLimitReport> {
    await this.parts.flush()
    const times = wholeTimesOf(query, afterNow())
    const starts = bucketsOf(times, query.bucket)
    const buckets = new Map(starts.map((start) => [start, { start, requests: 0, limited: 0 }]))
    const totals = { requests: 0, limited: 0 }
    for await (const row of piecewise(orgId, times, (span) => requestsByHour(this.parts.db, span))) {
      for (const sum of [totals, buckets.get(bucketStart(row.hour, query.bucket))]) {
        if (sum === undefined) continue
        sum.requests += row.requests
        sum.limited += row.limited ?? 0
      }
    }
    const current = await this.window(orgId)
    return { ...times, ...current, bucket: query.bucket, totals, buckets: [...buckets.values()] }
  }

  private async window(orgId: string): Promise<Pick<RateLimitReport, 'limit' | 'window'>> {
    const limit = (await this.parts.requestsPerHour(orgId)) || null
    const running = await this.parts.rateWindow(orgId)
    const isOver = running === undefined || running.resetAt <= Date.now()
    const used = isOver ? 0 : running.hits
    const remaining = limit === null ? null : Math.max(0, limit - used)
    const resets = isOver ? null : new Date(running.resetAt).toISOString()
    return { limit, window: { used, remaining, resets_at: resets } }
  }

  /** In the order in which the clients were made; behind them those that were deleted and have requests in this time. */
  async keys(orgId: string, query: PagedSpanQuery): Promise<Page<KeyUsage> & Times> {
    await this.parts.flush()
    const times = wholeTimesOf(query, afterNow())
    const clients = await clientsSeen(this.parts.db, orgId)
    const rows = new Map(
      clients.map((client): [string, KeyUsage] => {
        const { id, name, last_used_at } = client
        return [id, { client_id: id, name, requests: 0, errors: 0, last_used_at }]
      }),
    )
    for await (const row of piecewise(orgId, times, (span) => requestsByClient(this.parts.db, span))) {
      const gone = { client_id: row.client_id, name: null, requests: 0, errors: 0, last_used_at: null }
      const sum = rows.get(row.client_id) ?? gone
      rows.set(row.client_id, sum)
      sum.requests += row.requests
      sum.errors += row.errors ?? 0
    }
    const all = [...rows.values()]
    return { ...times, total: all.length, rows: all.slice(query.offset, query.offset + query.limit) }
  }

  /** @param names the assistants the caller may see, by id. */
  async feedback(orgId: string, names: Names, query: FeedbackQuery): Promise<FeedbackReport> {
    const times = timesOf(query)
    const totals = noRatings()
    const assistants: FeedbackReport['assistants'] = []
    for (const [id, { name }] of names) {
      if (query.assistant_id !== undefined && query.assistant_id !== id) continue
      const counts = await ratingsOf(this.parts.db, { orgId, ...times }, id)
      if (counts.length === 0) continue
      const sum = noRatings()
      for (const { rating, count } of counts) {
        sum[rating] += count
        totals[rating] += count
      }
      assistants.push({ assistant_id: id, name, ...withShare(sum) })
    }
    return { ...times, totals: withShare(totals), assistants }
  }

  async events(caller: Caller, query: EventQuery): Promise<EventReport> {
    await this.parts.flush()
    const { orgId } = caller
    if (query.assistant_id !== undefined && !mayUseAssistant(caller, query.assistant_id))
      throw notFound('assistant', query.assistant_id)
    const asked = wholeTimesOf(query, afterNow())
    const first = await firstEventAt(this.parts.db, orgId)
    const kept = {
      ...asked,
      from: later(asked.from, first === undefined ? asked.to : bucketStart(first, 'hour')),
    }
    const narrowed = query.assistant_id === undefined ? caller.assistantIds : [query.assistant_id]
    const types = new Map<string, { count: number; buckets: Map<string, number> }>()
    const read = (span: Parameters<typeof eventsByHour>[1]) => eventsByHour(this.parts.db, span, narrowed)
    for await (const { hour, event_type, count } of piecewise(orgId, kept, read, EVENT_PIECE_MS)) {
      const type = types.get(event_type) ?? { count: 0, buckets: new Map<string, number>() }
      types.set(event_type, type)
      const start = bucketStart(hour, query.bucket)
      type.count += count
      type.buckets.set(start, (type.buckets.get(start) ?? 0) + count)
    }
    const sorted = [...types].sort(([, a], [, b]) => b.count - a.count)
    const events = sorted.slice(0, MOST_EVENT_TYPES).map(([event_type, { count, buckets }]) => ({
      event_type,
      count,
      buckets: [...buckets].map(([start, n]) => ({ start, count: n })),
    }))
    const total = sorted.reduce((sum, [, { count }]) => sum + count, 0)
    return { ...asked, bucket: query.bucket, total, events }
  }
}

/** What has just ended is in: its moment may be the very one at which it is asked about. */
export function afterNow(): number {
  return Date.now() + 1
}

function later(a: string, b: string): string {
  return a > b ? a : b
}

function noRatings() {
  return { thumbs_up: 0, thumbs_down: 0, incorrect: 0, positive: 0, neutral: 0, negative: 0 }
}

function withShare(sum: ReturnType<typeof noRatings>): Ratings {
  const good = sum.thumbs_up + sum.positive
  const all = good + sum.thumbs_down + sum.incorrect + sum.negative
  return { ...sum, positive_share: all === 0 ? null : Number((good / all).toFixed(3)) }
}
