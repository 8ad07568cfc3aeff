import type { Page } from '../../contract/common.js'
import type {
  BucketQuery,
  EndpointLoad,
  EndpointUsage,
  PagedSpanQuery,
  Usage,
  UsageReport,
} from '../../contract/analytics.js'
import { ReplyMode } from '../../contract/messages.js'
import type { Database } from '../../store/database.js'
import { repliesByHour, requestsByHour, requestsByRoute, talksByHour } from '../../store/usage-hours.js'
import type { Caller } from '../auth/caller.js'
import { afterNow } from './analytics.js'
import { addHistogram, percentile, type Histogram } from './latency-histogram.js'
import { bucketsOf, bucketStart, piecewise, wholeTimesOf, type Times } from './spans.js'

interface Load {
  requests: number
  errors: number
  histogram: Histogram
}

/** What is read from the counts of every hour, so that no report grows with the number of messages. */
export class UsageReports {
  constructor(
    private readonly db: Database['db'],
    /** Stores what has been noted so far, so that it is counted too. */
    private readonly flush: () => Promise<void>,
  ) {}

  /** Busiest first. */
  async endpoints(
    orgId: string,
    query: PagedSpanQuery,
  ): Promise<Page<EndpointUsage> & Times & { totals: EndpointLoad }> {
    await this.flush()
    const times = wholeTimesOf(query, afterNow())
    const totals = noLoad()
    const routes = new Map<string, Load & { method: string; route: string }>()
    for await (const row of piecewise(orgId, times, (span) => requestsByRoute(this.db, span))) {
      const { method, route } = row
      const sum = routes.get(`${method} ${route}`) ?? { method, route, ...noLoad() }
      routes.set(`${method} ${route}`, sum)
      for (const load of [totals, sum]) addLoad(load, row)
    }
    const all = [...routes.values()].sort((a, b) => b.requests - a.requests)
    const rows = all
      .slice(query.offset, query.offset + query.limit)
      .map(({ method, route, ...load }) => ({ method, route, ...present(load) }))
    return { ...times, totals: present(totals), total: all.length, rows }
  }

  async usage(caller: Caller, query: BucketQuery): Promise<UsageReport> {
    await this.flush()
    const { orgId, assistantIds } = caller
    const { bucket } = query
    const times = wholeTimesOf(query, afterNow())
    const totals = noUsage()
    const buckets = new Map(bucketsOf(times, bucket).map((start) => [start, { start, ...noUsage() }]))
    const sums = (hour: string) => {
      const own = buckets.get(bucketStart(hour, bucket))
      return own === undefined ? [totals] : [totals, own]
    }
    for await (const row of piecewise(orgId, times, (span) => requestsByHour(this.db, span))) {
      for (const sum of sums(row.hour)) {
        sum.requests += row.requests
        sum.errors += row.errors ?? 0
      }
    }
    for await (const row of piecewise(orgId, times, (span) => talksByHour(this.db, span))) {
      for (const sum of sums(row.hour)) {
        sum.sessions += row.sessions
        sum.messages += row.messages
      }
    }
    for await (const row of piecewise(orgId, times, (span) => repliesByHour(this.db, span, assistantIds))) {
      for (const sum of sums(row.hour)) addReplies(sum, row)
    }
    const all = [...buckets.values()].map(withShare)
    return { ...times, bucket, totals: withShare(totals), buckets: all }
  }
}

function noLoad(): Load {
  return { requests: 0, errors: 0, histogram: {} }
}

function addLoad(sum: Load, row: { status: number; requests: number; histogram: string }): void {
  sum.requests += row.requests
  if (row.status >= 400) sum.errors += row.requests
  addHistogram(sum.histogram, JSON.parse(row.histogram) as Histogram)
}

function present({ requests, errors, histogram }: Load): EndpointLoad {
  const [p50_ms, p95_ms, p99_ms] = [0.5, 0.95, 0.99].map((p) => percentile(histogram, p))
  return { requests, errors, p50_ms: p50_ms ?? null, p95_ms: p95_ms ?? null, p99_ms: p99_ms ?? null }
}

function noUsage(): Usage {
  return {
    requests: 0,
    errors: 0,
    tokens: { prompt: 0, cached: 0, completion: 0 },
    sessions: 0,
    messages: 0,
    replies: { total: 0, verbatim: 0, quote: 0, compose: 0, declined: 0, smalltalk: 0 },
    declined_share: null,
  }
}

type ReplyCount = Awaited<ReturnType<typeof repliesByHour>>[number]

function addReplies(sum: Usage, row: ReplyCount): void {
  const mode = ReplyMode.safeParse(row.mode)
  if (mode.success) sum.replies[mode.data] += row.replies
  sum.replies.total += row.replies
  sum.tokens.prompt += row.prompt_tokens
  sum.tokens.cached += row.cached_tokens
  sum.tokens.completion += row.completion_tokens
}

function withShare<T extends Usage>(usage: T): T {
  const { total, smalltalk, declined } = usage.replies
  const asked = total - smalltalk
  return { ...usage, declined_share: asked === 0 ? null : Number((declined / asked).toFixed(3)) }
}
