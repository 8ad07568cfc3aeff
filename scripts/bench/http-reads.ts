import { z } from 'zod'
import { OPERATIONS } from '../../src/contract/operations.js'
import { ApplianceError, type Access } from '../appliance/appliance.js'
import { customerName } from './http-seed.js'

/** Something to be asked again and again. */
export interface Read {
  name: string
  path: string
  method?: 'GET' | 'POST'
  body?: string
}

const CALL_MS = 30_000
const Rows = z.object({ data: z.record(z.string(), z.unknown()) })
const Row = z
  .object({ id: z.string() })
  .or(z.object({ client_id: z.string() }).transform(({ client_id: id }) => ({ id })))
/** Where an id is found whose kind is not listed at the beginning of its path. */
const FOUND_AT: [RegExp, string][] = [
  [/^\/api\/v1\/messages\//, '/api/v1/sessions/{id}/messages'],
  [/^\/widget-config\//, '/api/v1/assistants/'],
]

/** Every endpoint that answers GET, about things that are there, and the searches and filters that cost the most. */
export async function allReads(access: Access): Promise<Read[]> {
  const reads: Read[] = []
  for (const { method, path, answers, query } of OPERATIONS) {
    if (method !== 'get' || Object.keys(answers).length === 0) continue
    const whole = await about(access, path)
    const needsMore = query !== undefined && !query.safeParse({}).success
    if (whole !== undefined && !needsMore) reads.push({ name: `GET ${path}`, path: whole })
  }
  return [...reads, ...searches()]
}

/** Searches, lists with filters and pages far behind, as far as they are served. */
function searches(): Read[] {
  const served = new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`))
  const customer = customerName(0)
  const paths = [
    `/api/v1/sessions/?status=active&limit=200`,
    `/api/v1/sessions/?visitor_id=visitor-7`,
    `/api/v1/sessions/?offset=9000&limit=200`,
    `/api/v1/conversations/?customer_id=${customer}`,
    `/api/v1/conversations/?include=sessions&offset=9000&limit=200`,
    `/api/v1/conversations/?status=closed`,
    `/api/v1/contexts/?q=Ada%20999`,
    `/api/v1/knowledge/?q=printer&status=ready`,
    `/api/v1/analytics/usage/?bucket=hour`,
  ].filter((path) => served.has(`get ${path.split('?')[0] ?? ''}`))
  const search = { query: 'How do I reset the printer?', limit: 10 }
  return [
    ...paths.map((path) => ({ name: `GET ${path}`, path })),
    {
      name: 'POST /api/v1/knowledge/search',
      path: '/api/v1/knowledge/search',
      method: 'POST',
      body: JSON.stringify(search),
    },
  ]
}

/** The path with an id that is there; undefined where nothing is. */
async function about(access: Access, path: string): Promise<string | undefined> {
  if (!path.includes('{')) return path
  const listed = FOUND_AT.find(([pattern]) => pattern.test(path))?.[1] ?? path.replace(/\{.*$/, '')
  const list = await about(access, listed)
  const id = list === undefined ? undefined : await firstId(access, list)
  return id === undefined ? undefined : path.replace(/\{\w+\}/, encodeURIComponent(id))
}

/** The id of a list's last row: what is farthest behind. */
async function firstId(access: Access, path: string): Promise<string | undefined> {
  const response = await fetch(access.url + path, {
    headers: { 'x-api-key': access.key, 'x-api-secret': access.secret },
    signal: AbortSignal.timeout(CALL_MS),
  })
  if (!response.ok) {
    if (response.status === 404) return undefined
    throw new ApplianceError(`GET ${path} answered ${String(response.status)}.`)
  }
  const { data } = Rows.parse(await response.json())
  const rows = z.array(z.unknown()).parse(Object.values(data).find(Array.isArray) ?? [])
  return Row.safeParse(rows.at(-1)).data?.id
}
