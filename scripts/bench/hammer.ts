import { setTimeout } from 'node:timers/promises'
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
 * Sends requests over so many connections, each sending the next when it has its answer; at a pace, each its share every
 * second, one connection shortly after the other.
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
  const options: autocannon.Options = {
    url: access.url,
    duration: seconds,
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
  }
  const salvos =
    perSecond === undefined
      ? [await cannonade({ ...options, connections })]
      : await paced(options, connections, perSecond)
  const times = salvos.flatMap((salvo) => salvo.times)
  const bad = sum(salvos.map(({ result }) => result.non2xx + result.errors + result.timeouts))
  if (bad > 0 || times.length === 0)
    throw new ApplianceError(
      `${String(bad)} of ${String(sent)} requests like ${request(0).path} were not answered with success.`,
    )
  return {
    requests: times.length,
    perSecond: times.length / Math.max(...salvos.map(({ result }) => result.duration)),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: times.reduce((most, each) => Math.max(most, each), 0),
  }
}

interface Salvo {
  result: autocannon.Result
  times: number[]
}

/** @NOTE one autocannon lets all its connections begin their second at the same moment, so each gets one of its own. */
async function paced(options: autocannon.Options, connections: number, perSecond: number): Promise<Salvo[]> {
  const rate = perSecond / connections
  return Promise.all(
    Array.from({ length: connections }, async (_, nth) => {
      await setTimeout((nth * 1000) / connections)
      return cannonade({ ...options, connections: 1, overallRate: rate, ignoreCoordinatedOmission: true })
    }),
  )
}

/** Runs autocannon, and keeps each time as it was: its own histogram rounds to whole milliseconds. */
function cannonade(options: autocannon.Options): Promise<Salvo> {
  const times: number[] = []
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error: Error | null, result) => {
      if (error === null) resolve({ result, times })
      else reject(error)
    })
    instance.on('response', (_client, _status, _bytes, ms) => times.push(ms))
  })
}

function sum(values: number[]): number {
  return values.reduce((total, each) => total + each, 0)
}
