import type { Logger } from '../../log.js'
import { noteClientSeen } from '../../store/client-usage.js'
import type { Database, Executor } from '../../store/database.js'
import { appendRequests } from '../../store/request-log.js'
import { addRequests, requestHistogram } from '../../store/usage-hours.js'
import type { Caller } from '../auth/caller.js'
import { addHistogram, bucketOf, type Histogram } from './latency-histogram.js'
import { bucketStart } from './spans.js'
import { WriteBehind } from './write-behind.js'

/** A request that has ended. */
export interface EndedRequest {
  caller: Pick<Caller, 'orgId' | 'clientId' | 'kind'>
  requestId: string
  method: string
  /** The pattern of its path. */
  route: string
  status: number
  ms: number
}

interface Recorded extends EndedRequest {
  at: string
}

interface Group {
  key: Parameters<typeof requestHistogram>[1]
  requests: number
  totalMs: number
  histogram: Histogram
}

/** Notes every request of a known sender, one by one and by the hour; stored a moment later. */
export class RequestRecorder {
  readonly #waiting: WriteBehind<Recorded>

  constructor(
    private readonly db: Database['db'],
    log: Logger,
  ) {
    this.#waiting = new WriteBehind({ what: 'requests', log, write: (batch) => this.store(batch) })
  }

  record(request: EndedRequest): void {
    this.#waiting.add({ ...request, at: new Date().toISOString() })
  }

  /** Resolves once everything noted so far is stored. */
  flush(): Promise<void> {
    return this.#waiting.flush()
  }

  private async store(batch: Recorded[]): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await appendRequests(tx, batch.map(logRow))
      for (const group of groupsOf(batch)) await addGroup(tx, group)
      for (const { caller, at } of lastOfEach(batch))
        await noteClientSeen(tx, caller.orgId, caller.clientId, at)
    })
  }
}

function logRow({ caller, requestId, method, route, status, ms, at }: Recorded) {
  return {
    org_id: caller.orgId,
    request_id: requestId,
    client_id: caller.clientId,
    caller: caller.kind,
    method,
    route,
    status,
    ms: Number(ms.toFixed(2)),
    created_at: at,
  }
}

function groupsOf(batch: Recorded[]): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const { caller, at, method, route, status, ms } of batch) {
    const hour = bucketStart(at, 'hour')
    const key = { org_id: caller.orgId, hour, client_id: caller.clientId, method, route, status }
    const name = Object.values(key).join(' ')
    const group = groups.get(name) ?? { key, requests: 0, totalMs: 0, histogram: {} }
    groups.set(name, group)
    group.requests += 1
    group.totalMs += ms
    addHistogram(group.histogram, { [bucketOf(ms)]: 1 })
  }
  return groups.values()
}

async function addGroup(tx: Executor, { key, requests, totalMs, histogram }: Group): Promise<void> {
  const stored = await requestHistogram(tx, key)
  if (stored !== undefined) addHistogram(histogram, JSON.parse(stored) as Histogram)
  await addRequests(tx, { ...key, requests, total_ms: totalMs, histogram: JSON.stringify(histogram) })
}

/** The last request of each client in the batch; the operator's page is no client. */
function lastOfEach(batch: Recorded[]): Iterable<Recorded> {
  const clients = batch.filter(({ caller }) => caller.kind !== 'operator')
  return new Map(clients.map((request) => [request.caller.clientId, request])).values()
}
