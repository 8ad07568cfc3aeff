import { expect } from 'vitest'

/** What a request came back with. */
export interface Told {
  status: number
  type: string
  text: string
}

/** What would be seen of the inside: stacks, SQL, files, names of errors. */
const INSIDE =
  /\bat [\w.<>]+ \(|\/(?:dist|src|node_modules)\/|SQLITE_|SqliteError|ZodError|TypeError|RangeError|node:internal|better-sqlite3/
/** Where the state of the appliance itself is asked for. */
const READINESS = /\/(?:readyz|health)\/?(?:\?|$)/
const LIMIT_MS = 10_000
const AT_ONCE = 8

/** Asks, with a deadline: a request that hangs fails. */
export async function told(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string | Buffer | FormData,
): Promise<Told> {
  const response = await fetch(url, {
    method: method.toUpperCase(),
    redirect: 'manual',
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? Buffer.from(body) : body }),
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, text: await response.text() }
}

/** What is wrong with an answer to a bad request; undefined when nothing is. */
export function fault(url: string, { status, type, text }: Told): string | undefined {
  if (status >= 500 && !(status === 503 && READINESS.test(url))) return `status ${String(status)}`
  if (status < 400) return undefined
  if (!type.startsWith('application/json')) return `no JSON but ${type}`
  const body = JSON.parse(text) as Record<string, unknown>
  const { detail } = body
  if (Object.keys(body).sort().join() !== 'code,data,detail,status,status_code')
    return 'not the fields of a refusal'
  if (body['status'] !== 'error' || body['status_code'] !== status) return 'not the envelope of a refusal'
  if (typeof detail !== 'string' || !/^\S.*[.!?…]$/s.test(detail)) return 'no sentence in detail'
  if (INSIDE.test(text.replace(/"detail":"There is no [^"]*"/, ''))) return 'tells of the inside'
  return undefined
}

/** Runs eight jobs at once, and gathers what they found wrong. */
export async function findings(jobs: (() => Promise<string | undefined>)[]): Promise<string[]> {
  const found: string[] = []
  const queue = jobs.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const job of queue) {
        const finding = await job().catch((error: unknown) => `failed: ${String(error)}`)
        if (finding !== undefined) found.push(finding)
      }
    }),
  )
  return found
}

/** No findings, or the first of them. */
export function expectNone(found: string[]): void {
  expect(found.slice(0, 10), `${String(found.length)} in all`).toEqual([])
}
