import { z } from 'zod'
import { ApplianceError, type Access } from '../appliance/appliance.js'
import type { EventLoopDelay } from './event-loop.js'
import { hammer, type Burst } from './hammer.js'
import { allReads, type Read } from './http-reads.js'
import type { MeasuredServer } from './http-server.js'
import type { Memory } from './memory.js'
import { tell } from './session.js'

/** A named burst. */
export interface Case extends Burst {
  name: string
}

/** An authenticated read beside the least that Express can do with as many bytes, in requests a second. */
export interface Compared {
  name: string
  bytes: number
  perSecond: number
  bare: number
  ratio: number
}

/** What reading a full database came to. */
export interface FullReads {
  cases: Case[]
  memory: Memory | undefined
  eventLoop: EventLoopDelay
}

/** Connections of the message case, as many as visitors who write at once. */
export const VISITORS = 50
/** Sessions that messages go round: none is written to twice at once. */
const SESSIONS = 500
/** Messages a second of the paced case. */
export const PACE = 100
const READERS = 10
const FEW = 4
const ROUNDS = 3
const CALL_MS = 30_000
const Made = z.object({ data: z.object({ id: z.string() }) })
const Assistants = z.object({
  data: z.object({ assistants: z.array(z.object({ id: z.string() })).min(1) }),
})

/** Messages, each with other words, in sessions of their own: as fast as they go, then at a steady pace. */
export async function messageCases(access: Access, seconds: number): Promise<Case[]> {
  const assistant = await firstAssistant(access)
  const sessions: string[] = []
  while (sessions.length < SESSIONS) sessions.push(await openSession(access, assistant))
  let said = 0
  const request = () => {
    said += 1
    return {
      method: 'POST' as const,
      path: `/api/v1/sessions/${sessions[said % SESSIONS] ?? ''}/messages`,
      body: JSON.stringify({ content: `How do I reset printer number ${String(said)}?` }),
    }
  }
  const given = { access, connections: VISITORS, seconds, request }
  tell(`messages over ${String(VISITORS)} connections`)
  const fast = await hammer(given)
  const paced = await hammer({ ...given, perSecond: PACE })
  return [
    { name: 'one after the other', ...fast },
    { name: `${String(PACE)} a second`, ...paced },
  ]
}

/** Reads beside a bare handler, in turns, so that whatever else the machine does is shared. */
export async function comparedReads(access: Access, bare: Access, seconds: number): Promise<Compared[]> {
  const assistant = await firstAssistant(access)
  const session = await openSession(access, assistant)
  const paths = [`/api/v1/assistants/${assistant}`, `/api/v1/sessions/${session}`]
  const compared: Compared[] = []
  for (const path of paths) {
    tell(`reads of ${path.split('/').slice(0, 4).join('/')} beside a bare handler`)
    const bytes = (await get(access, path)).length
    const sums = { ours: 0, bare: 0 }
    for (let round = 0; round < ROUNDS; round += 1) {
      const given = { connections: READERS, seconds }
      sums.ours += (await hammer({ ...given, access, request: () => ({ path }) })).perSecond
      sums.bare += (
        await hammer({ ...given, access: bare, request: () => ({ path: `/${String(bytes)}` }) })
      ).perSecond
    }
    compared.push({
      name: `GET ${path.replace(/[^/]+$/, '{id}')}`,
      bytes,
      perSecond: sums.ours / ROUNDS,
      bare: sums.bare / ROUNDS,
      ratio: sums.ours / sums.bare,
    })
  }
  return compared
}

/** Every endpoint that is read, over a few connections, on a database that is full. */
export async function fullReads(server: MeasuredServer, seconds: number): Promise<FullReads> {
  const { access } = server
  const reads = await allReads(access)
  await server.eventLoop()
  const cases: Case[] = []
  for (const read of reads) cases.push(await measured(access, read, seconds))
  return { cases, memory: await server.memory(), eventLoop: await server.eventLoop() }
}

async function measured(access: Access, { name, ...request }: Read, seconds: number): Promise<Case> {
  tell(name)
  return { name, ...(await hammer({ access, connections: FEW, seconds, request: () => request })) }
}

async function firstAssistant(access: Access): Promise<string> {
  const { data } = Assistants.parse(JSON.parse(await get(access, '/api/v1/assistants/')))
  return data.assistants[0]?.id ?? ''
}

async function openSession(access: Access, assistant: string): Promise<string> {
  const text = await call(access, '/api/v1/sessions/', {
    method: 'POST',
    body: JSON.stringify({ assistant_id: assistant }),
  })
  return Made.parse(JSON.parse(text)).data.id
}

function get(access: Access, path: string): Promise<string> {
  return call(access, path, {})
}

async function call(access: Access, path: string, init: { method?: string; body?: string }): Promise<string> {
  const headers = {
    'x-api-key': access.key,
    'x-api-secret': access.secret,
    'content-type': 'application/json',
  }
  const response = await fetch(access.url + path, { ...init, headers, signal: AbortSignal.timeout(CALL_MS) })
  const text = await response.text()
  if (!response.ok) throw new ApplianceError(`${path} answered ${String(response.status)}: ${text}`)
  return text
}
