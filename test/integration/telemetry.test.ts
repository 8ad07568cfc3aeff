import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

let appliance: Appliance
let assistant: string

beforeAll(async () => {
  appliance = await startAppliance()
  const { assistants } = data(await appliance.call('GET', '/assistants/')) as { assistants: { id: string }[] }
  assistant = assistants[0]?.id ?? ''
})
afterAll(() => appliance.stop())

const UNKNOWN = '99999999-9999-4999-8999-999999999999'

function report(body: unknown, path = '/telemetry/events/') {
  return send(appliance.origin + path, { method: 'POST', body })
}

it('takes events without credentials, and says nothing of whether the assistant exists', async () => {
  const known = await report({ event_type: 'opened', assistant, user_id: 'v', metadata: { page: '/' } })
  const unknown = await report({ event_type: 'opened', assistant: UNKNOWN })
  const nonsense = await report({ event_type: 'opened', assistant: 'my-shop' })
  const nobody = await report({ event_type: 'opened' })
  expect(known).toMatchObject({ status: 200, body: { status: 'success', data: { accepted: true } } })
  for (const other of [unknown, nonsense, nobody]) expect(other.body).toEqual(known.body)
  expect((await report({ event_type: 'closed', agent: assistant }, '/api/v1/telemetry/events')).status).toBe(
    200,
  )
  const beacon = await send(`${appliance.origin}/telemetry/events/`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8', origin: 'https://shop.example' },
    raw: JSON.stringify({ event_type: 'opened', assistant }),
  })
  expect(beacon.status).toBe(200)
  expect(beacon.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  expect(beacon.headers.get('x-ratelimit-remaining')).toBeNull()

  const events = data(await appliance.call('GET', '/analytics/events/?bucket=day'))
  expect(events).toMatchObject({
    total: 3,
    events: [
      { event_type: 'opened', count: 2, buckets: [{ count: 2 }] },
      { event_type: 'closed', count: 1 },
    ],
  })
  expect(data(await appliance.call('GET', `/analytics/events/?assistant_id=${UNKNOWN}`))).toMatchObject({
    total: 0,
  })
  const rows = await appliance.database.db.selectFrom('telemetry_event').selectAll().orderBy('seq').execute()
  expect(rows[0]).toMatchObject({ assistant_id: assistant, user_id: 'v', metadata: '{"page":"/"}' })
})

it('refuses what is no event, and what is too large', async () => {
  expect(await report({ assistant })).toMatchObject({
    status: 422,
    body: { data: { errors: [{ path: 'event_type' }] } },
  })
  expect((await report({ event_type: 'x', metadata: { text: 'y'.repeat(5000) } })).status).toBe(422)
  expect((await report({ event_type: 'x', metadata: { text: 'y'.repeat(20_000) } })).status).toBe(413)
  const form = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    raw: 'a=b',
  }
  expect((await send(`${appliance.origin}/telemetry/events/`, form)).status).toBe(415)
})

it('slows an address that sends too many', async () => {
  const statuses = new Set<number>()
  for (let sent = 0; sent < 121; sent += 1) statuses.add((await report({ event_type: 'many' })).status)
  expect([...statuses].sort()).toEqual([200, 429])
})
