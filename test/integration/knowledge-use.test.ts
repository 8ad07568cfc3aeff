import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { data, frames, send } from '../helpers/http.js'
import { startLetterAppliance, type LetterAppliance } from '../helpers/letter-appliance.js'

let appliance: LetterAppliance
beforeAll(async () => {
  appliance = await startLetterAppliance()
})
afterAll(() => appliance.stop())

const idOf = async (answer: ReturnType<LetterAppliance['call']>) => String(data(await answer)['id'])
const assistant = (fields: object = {}) =>
  idOf(appliance.call('POST', '/assistants/', { name: 'Ada', ...fields }))
const pair = (question: string, answer: string, more: object = {}) =>
  idOf(appliance.call('POST', '/knowledge/qa/', { question, answer, ...more }))

async function file(name: string, content: string) {
  const form = new FormData()
  form.set('file', new Blob([content]), name)
  const answer = await fetch(`${appliance.origin}/api/v1/knowledge/files/`, {
    method: 'POST',
    headers: appliance.keys,
    body: form,
  })
  const sent = { status: answer.status, headers: answer.headers, body: await answer.json() }
  return String((await appliance.settled(sent))['id'])
}

async function widget() {
  const request = { method: 'POST', body: { client_id: appliance.keys['x-api-key'] } }
  const { body } = await send(`${appliance.origin}/api/v1/auth/widget-token`, request)
  const token = (body as { token: string }).token
  return (method: string, path: string, sent?: unknown, headers: Record<string, string> = {}) =>
    send(`${appliance.origin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(sent !== undefined && { body: sent }),
    })
}

describe('the sources of an assistant', () => {
  it('are all, or those included, minus those excluded, from the next search on', async () => {
    const [a, b] = [await assistant(), await assistant()]
    const xylophone = await pair('Where is the xylophone kept?', 'In the music room.')
    for (let at = 0; at < 10; at += 1) await pair(`Where is xylophone ${String(at)} kept?`, 'Nowhere at all.')
    const rule = (id: string, body: object) => appliance.call('PUT', `/assistants/${id}/knowledge`, body)
    const ask = async (id: string) => {
      const session = await idOf(appliance.call('POST', '/sessions/', { assistant_id: id }))
      const sent = await appliance.call('POST', `/sessions/${session}/messages`, {
        content: 'Where is the xylophone kept?',
      })
      return data(sent)['assistant_message'] as { content: string; sources: { reference_id: string }[] }
    }
    expect(data(await appliance.call('GET', `/assistants/${a}/knowledge`))).toEqual({
      mode: 'all',
      include: [],
      exclude: [],
    })

    expect((await rule(a, { mode: 'all', exclude: [xylophone] })).status).toBe(200)
    expect((await ask(a)).sources.map((source) => source.reference_id)).not.toContain(xylophone)
    expect((await ask(b)).content).toContain('In the music room.')
    expect(await appliance.found('xylophone', a)).not.toContain('Where is the xylophone kept?')

    // The one source of many that is left is found, however many others are nearer.
    await rule(a, { mode: 'included', include: [xylophone] })
    expect(await appliance.found('Where is xylophone 7 kept?', a)).toEqual(['Where is the xylophone kept?'])
    expect((await ask(a)).content).toContain('In the music room.')
    const listed = data(await appliance.call('GET', `/knowledge/?assistant_id=${a}`))
    expect(listed).toMatchObject({ total: 1, sources: [{ id: xylophone }] })

    await rule(a, { mode: 'included' })
    expect(await appliance.found('xylophone', a)).toEqual([])
  })

  it('must exist, once each', async () => {
    const id = await assistant()
    const source = await pair('What is a lute?', 'An instrument.')
    const put = (body: object) => appliance.call('PUT', `/assistants/${id}/knowledge`, body)
    expect((await put({ mode: 'all', exclude: [randomUUID()] })).status).toBe(422)
    expect((await put({ mode: 'all', include: [source], exclude: [source] })).status).toBe(422)
    expect((await put({ mode: 'some' })).status).toBe(422)
    const path = `/assistants/${randomUUID()}/knowledge`
    expect((await appliance.call('PUT', path, { mode: 'all' })).status).toBe(404)
    expect((await appliance.call('GET', path)).status).toBe(404)
    expect((await (await widget())('GET', `/assistants/${id}/knowledge`)).status).toBe(403)
  })
})

describe('a pair', () => {
  it('is found in its new words at once, and no more in the old ones', async () => {
    const id = await pair('When does the library open?', 'At nine.', { tags: ['hours'] })
    const path = `/knowledge/qa/${id}`
    const changed = await appliance.call('PATCH', path, { question: 'When does the swimming pool open?' })
    expect(data(changed)).toMatchObject({
      title: 'When does the swimming pool open?',
      answer: 'At nine.',
      status: 'ready',
      tags: ['hours'],
    })
    const found = await appliance.found('library')
    expect(found).not.toContain('When does the library open?')
    expect((await appliance.found('swimming pool'))[0]).toBe('When does the swimming pool open?')
    expect((await appliance.call('POST', `${path}/reprocess`)).status).toBe(202)
    expect((await appliance.found('swimming pool'))[0]).toBe('When does the swimming pool open?')
    expect((await appliance.call('PATCH', `/knowledge/files/${id}`, { title: 'x' })).status).toBe(404)
    expect((await appliance.call('PATCH', path, { question: '' })).status).toBe(422)
  })

  it('is reserved to other assistants, and opened again', async () => {
    const [a, b] = [await assistant(), await assistant()]
    const id = await pair('Who feeds the narwhal?', 'The keeper.')
    await appliance.call('PATCH', `/knowledge/${id}`, { assistant_ids: [a] })
    expect(await appliance.found('narwhal', b)).not.toContain('Who feeds the narwhal?')
    expect(await appliance.found('narwhal', a)).toContain('Who feeds the narwhal?')
    await appliance.call('PATCH', `/knowledge/${id}`, { assistant_ids: [] })
    expect(await appliance.found('narwhal', b)).toContain('Who feeds the narwhal?')
    const stray = await appliance.call('PATCH', `/knowledge/${id}`, { assistant_ids: [randomUUID()] })
    expect(stray.status).toBe(422)
  })
})

it('a file is renamed and processed again, and refuses another change until then', async () => {
  const id = await file('gnu.md', '# Gnus\n\nThe gnu grazes near the river in the early morning hours.')
  const rename = (title: string) => appliance.call('PATCH', `/knowledge/files/${id}`, { title })
  const [first, second] = await Promise.all([rename('Antelopes'), rename('Wildebeest')])
  expect([first.status, second.status].sort()).toEqual([200, 409])
  await appliance.ingestor.idle()
  const [title] = [first, second].flatMap((answer) => (answer.status === 200 ? [data(answer)['title']] : []))
  expect((await appliance.found('gnu river'))[0]).toBe(title)
  expect(data(await appliance.call('GET', `/knowledge/${id}`))).toMatchObject({
    status: 'ready',
    passages: 1,
    summary: 'The gnu grazes near the river in the early morning hours.',
  })
})

it('lists by tag, words and order', async () => {
  for (const name of ['Banjo', 'accordion', 'Cello'])
    await pair(`${name}?`, 'Strings or not.', { tags: ['instrument'] })
  const list = async (query: string) => {
    const { sources } = data(await appliance.call('GET', `/knowledge/qa/?tag=instrument&${query}`))
    return (sources as { title: string }[]).map(({ title }) => title)
  }
  expect(await list('sort=title')).toEqual(['accordion?', 'Banjo?', 'Cello?'])
  expect(await list('')).toEqual(['Cello?', 'accordion?', 'Banjo?'])
  expect(await list('sort=created_at&q=ell')).toEqual(['Cello?'])
  expect((await appliance.call('GET', '/knowledge/?sort=size')).status).toBe(422)
})

describe('a passage', () => {
  it('is shown with its neighbours to keys, and to a visitor only when it was cited', async () => {
    const long = (word: string) =>
      `${`The ${word} lives in the reserve and is counted every single year. `.repeat(15)}\n\n`
    const id = await file('animals.txt', long('okapi') + long('tapir') + long('capybara'))
    const found = await appliance.call('POST', '/knowledge/search', { query: 'tapir reserve', limit: 10 })
    const { hits } = data(found) as { hits: { passage_id: string; text: string }[] }
    const tapir = hits.find(({ text }) => text.startsWith('The tapir'))?.passage_id ?? ''
    const path = `/knowledge/passages/${tapir}`
    const shown = data(await appliance.call('GET', path))
    expect(shown).toMatchObject({ source_id: id, title: 'animals.txt', type: 'file', url: null })
    expect(shown['before']).toMatchObject({ text: expect.stringMatching(/^The okapi/) as string })
    expect(shown['after']).toMatchObject({ text: expect.stringMatching(/^The capybara/) as string })

    const visitor = await widget()
    expect((await visitor('GET', path)).status).toBe(404)
    const secret = { 'x-session-secret': 'a secret of the visitor' }
    const ada = await assistant()
    const session = await idOf(visitor('POST', '/sessions/', { assistant_id: ada }, secret))
    const own = `?session_id=${session}`
    expect((await visitor('GET', path + own, undefined, secret)).status).toBe(404)
    const content = 'Where does the tapir live?'
    const sent = await visitor('POST', `/sessions/${session}/messages`, { content }, secret)
    const { sources } = data(sent)['assistant_message'] as { sources: { passage_id: string }[] }
    const cited = `/knowledge/passages/${sources[0]?.passage_id ?? ''}`
    expect((await visitor('GET', cited + own, undefined, secret)).status).toBe(200)
    expect((await visitor('GET', cited + own)).status).toBe(404)
    expect((await visitor('GET', cited)).status).toBe(404)
    expect((await visitor('GET', `${cited}?conversation_id=${randomUUID()}`)).status).toBe(404)
    expect((await appliance.call('GET', `/knowledge/passages/${randomUUID()}`)).status).toBe(404)
  })
})

describe('search from a widget', () => {
  it('gives one hit a source, for an assistant that is marked for it', async () => {
    await file(
      'long.txt',
      'The pangolin curls up into a ball whenever it is frightened by somebody. '.repeat(60),
    )
    const visitor = await widget()
    const [open, closed] = [await assistant({ widget_search: true }), await assistant()]
    const search = (id: string, more = '') =>
      visitor('GET', `/knowledge/search/widget?assistant_id=${id}&q=pangolin${more}`)
    const answer = await search(open)
    expect(answer.status).toBe(200)
    const { hits } = answer.body as { hits: { title: string; snippet: string }[] }
    expect(hits[0]).toMatchObject({ type: 'file', title: 'long.txt', source_url: null })
    expect(hits.filter(({ title }) => title === 'long.txt')).toHaveLength(1)
    expect(hits[0]?.snippet.length).toBeLessThanOrEqual(240)
    expect((await search(open, '&limit=1')).body).toMatchObject({ hits: [{ title: 'long.txt' }] })
    expect((await search(closed)).status).toBe(403)
    expect((await search(randomUUID())).status).toBe(404)
    expect((await search(open, '&limit=100')).status).toBe(422)
    expect((await visitor('GET', `/knowledge/search/widget?assistant_id=${open}`)).status).toBe(422)
  })
})

describe('the stream of events', () => {
  it('tells how sources stand, and ends when the appliance does', async () => {
    const response = await fetch(`${appliance.origin}/api/v1/knowledge/events`, { headers: appliance.keys })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const id = await file('ibex.txt', 'The ibex climbs the dam to lick its salt.')
    appliance.app.endStreams()
    const told = frames(await response.text()).filter((event) => event['id'] === id)
    expect(told.map((event) => event['stage'])).toEqual(expect.arrayContaining(['extract', 'embed', 'index']))
    expect(told.at(-1)).toMatchObject({
      type: 'source',
      status: 'ready',
      stage: null,
      error: null,
      progress: { passages_done: 1, passages: 1 },
    })
    expect((await appliance.call('GET', '/knowledge/events')).status).toBe(503)
    expect((await (await widget())('GET', '/knowledge/events')).status).toBe(403)
  })
})
