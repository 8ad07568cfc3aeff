import type { Access } from '../appliance/appliance.js'

/** The server's own account of its event loop's delay since it was last asked, in ms. */
export interface EventLoopDelay {
  p99: number
  max: number
}

const CALL_MS = 10_000
const MS_PER_SECOND = 1000

/** Reads the gauges of prom-client's default metrics from `/metrics`; undefined where they are not served. */
export async function eventLoopDelay(access: Access): Promise<EventLoopDelay | undefined> {
  const text = await fetch(`${access.url}/metrics`, {
    headers: { 'x-api-key': access.key, 'x-api-secret': access.secret },
    signal: AbortSignal.timeout(CALL_MS),
  }).then(
    async (response) => (response.ok ? await response.text() : ''),
    () => '',
  )
  const gauge = (mark: string) =>
    new RegExp(`^\\w*eventloop_lag_${mark}_seconds(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1]
  const [p99, max] = [gauge('p99'), gauge('max')]
  if (p99 === undefined || max === undefined) return undefined
  return { p99: Number(p99) * MS_PER_SECOND, max: Number(max) * MS_PER_SECOND }
}
