import autocannon from 'autocannon'
import { ApplianceError, type Access } from '../appliance/appliance.js'
import { percentile } from '../measures.js'

/** What one case came to; times are milliseconds from sending to the whole answer. */
export interface Burst {
  requests: number
  perSecond: number
  p50: number
  p99: number
  max: number
}

export interface BurstOptions {
  access: Access
  connections: number
  seconds: number
  /** The path, and for other methods than GET what is sent, for the nth request. */
  request: (n: number) => { method?: 'GET' | 'POST'; path: string; body?: string }
  /** No more than so many a second over all connections. */
  perSecond?: number
}

/**
 * Sends requests over so many connections, each sending the next when it has its answer.
 * @throws ApplianceError when an answer is no success, or none comes: its figure would mean nothing.
 */
export async function hammer({
  access,
  connections,
  seconds,
  request,
  perSecond,
}: BurstOptions): Promise<Burst> {
  let sent = 0
  const { result, times } = await cannonade({
    url: access.url,
    connections,
    duration: seconds,
    ...(perSecond !== undefined && { overallRate: perSecond, ignoreCoordinatedOmission: true }),
    headers: {
      'x-api-key': access.key,
      'x-api-secret': access.secret,
      'content-type': 'application/json',
    },
    requests: [
      {
        setupRequest: (given) => {
          const { method = 'GET', path, body } = request(sent++)
          return { ...given, method, path, ...(body !== undefined && { body }) }
        },
      },
    ],
  })
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0 || times.length === 0)
    throw new ApplianceError(
      `${String(bad)} of ${String(sent)} requests like ${request(0).path} were not answered with success.`,
    )
  return {
    requests: times.length,
    perSecond: times.length / result.duration,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: times.reduce((most, each) => Math.max(most, each), 0),
  }
}

/** Runs autocannon, and keeps each time as it was: its own histogram rounds to whole milliseconds. */
function cannonade(options: autocannon.Options): Promise<{ result: autocannon.Result; times: number[] }> {
  const times: number[] = []
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error: Error | null, result) => {
      if (error === null) resolve({ result, times })
      else reject(error)
    })
    instance.on('response', (_client, _status, _bytes, ms) => times.push(ms))
  })
}
