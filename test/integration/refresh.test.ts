import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { FetchPolicy } from '#src/fetch-policy.js'
import { refreshTime } from '#src/store/refreshes.js'
import { data } from '../helpers/http.js'
import { startLetterAppliance, type LetterAppliance } from '../helpers/letter-appliance.js'
import { startSite, type Site } from '../helpers/site.js'

const HOUR = 3_600_000

let site: Site
let appliance: LetterAppliance

beforeAll(async () => {
  site = await startSite({})
  appliance = await startLetterAppliance(
    { policy: new FetchPolicy([`127.0.0.1:${String(site.port)}`]) },
    { refreshLookMs: 20 },
  )
})

afterAll(async () => {
  await appliance.stop()
  await site.stop()
})

const source = async (id: unknown) => data(await appliance.call('GET', `/knowledge/urls/${String(id)}`))

/** Lets the time of a page come, and waits until it was fetched. */
async function due(id: unknown): Promise<Record<string, unknown>> {
  const before = site.asked.length
  await appliance.database.db
    .updateTable('source')
    .set({ next_refresh_at: '2020-01-01T00:00:00.000Z' })
    .where('id', '=', String(id))
    .execute()
  await vi.waitFor(() => expect(site.asked.length).toBeGreaterThan(before), { timeout: 20_000 })
  await appliance.ingestor.idle()
  return source(id)
}

async function passage() {
  const found = await appliance.call('POST', '/knowledge/search', { query: 'zebra crossing', limit: 1 })
  return (data(found) as { hits: { passage_id: string; text: string }[] }).hits[0]
}

const hoursUntil = (time: unknown) => (Date.parse(String(time)) - Date.now()) / HOUR

it('fetches a page again when its time comes, and keeps what is found where that fails', async () => {
  let text: string | undefined = 'The first zebra crossing opens tomorrow.'
  site.pages['/news'] = (_req, res) => {
    if (text === undefined) res.writeHead(503).end()
    else res.writeHead(200, { 'content-type': 'text/plain' }).end(text)
  }
  const given = { url: `${site.origin}/news`, title: 'News', refresh_hours: 48 }
  const { id, ...added } = await appliance.settled(await appliance.call('POST', '/knowledge/urls/', given))
  expect(added).toMatchObject({ status: 'ready', refresh_hours: 48, refresh_error: null })
  expect(hoursUntil(added['next_refresh_at'])).toBeGreaterThan(43)
  expect(hoursUntil(added['next_refresh_at'])).toBeLessThan(53)
  const first = await passage()

  expect(await due(id)).toMatchObject({ status: 'ready', refresh_error: null })
  expect(await passage()).toEqual(first)

  text = 'The second zebra crossing opens tomorrow.'
  await due(id)
  expect((await passage())?.text).toBe(text)

  text = undefined
  const once = await due(id)
  expect(once).toMatchObject({
    ...{ status: 'ready', stage: null, error: null, passages: 1 },
    refresh_error: '127.0.0.1 answered with status 503 instead of a page.',
  })
  expect(hoursUntil(once['next_refresh_at'])).toBeLessThan(1.2)
  expect(hoursUntil((await due(id))['next_refresh_at'])).toBeGreaterThan(1.7)
  expect((await passage())?.text).toBe('The second zebra crossing opens tomorrow.')

  text = 'The third zebra crossing opens tomorrow.'
  expect(await due(id)).toMatchObject({ status: 'ready', refresh_error: null })
  expect((await passage())?.text).toBe(text)

  const never = await appliance.call('PATCH', `/knowledge/urls/${String(id)}`, { refresh_hours: null })
  expect(data(never)).toMatchObject({ refresh_hours: null, next_refresh_at: null })
})

it('takes a page up by itself that failed at first, and reads anew what could not be read', async () => {
  let broken = true
  site.pages['/late'] = (_req, res) => {
    const headers = { 'content-type': 'text/plain', etag: '"same"' }
    if (broken) res.writeHead(200, headers).end(Buffer.from([1, 2, 0, 3, 255, 254, 0, 7]))
    else res.writeHead(200, headers).end('The quokka has arrived at last.')
  }
  const given = { url: `${site.origin}/late`, title: 'Late', refresh_hours: 1 }
  const added = await appliance.settled(await appliance.call('POST', '/knowledge/urls/', given))
  expect(added).toMatchObject({
    status: 'failed',
    stage: 'extract',
    next_refresh_at: expect.any(String) as string,
  })
  broken = false
  expect(await due(added['id'])).toMatchObject({ status: 'ready', error: null })
})

it.each([0, 2161, 1.5, 'daily'])('refuses to do so every %s hours', async (hours) => {
  const given = { url: `${site.origin}/x`, refresh_hours: hours }
  expect((await appliance.call('POST', '/knowledge/urls/', given)).status).toBe(422)
})

it('waits longer after each failure, up to a week or the interval', () => {
  const hours = (interval: number, failures: number) =>
    (Date.parse(refreshTime(interval, failures, 0, 0.5) ?? '') / HOUR).toFixed()
  expect([1, 2, 3, 7, 30].map((failures) => hours(24, failures))).toEqual(['1', '2', '4', '64', '168'])
  expect(hours(2160, 30)).toBe('2160')
  expect(refreshTime(null)).toBeNull()
})
