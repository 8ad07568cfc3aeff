import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { FetchPolicy } from '#src/fetch-policy.js'
import { data } from '../helpers/http.js'
import { startLetterAppliance, type LetterAppliance } from '../helpers/letter-appliance.js'
import { startSite, type Site } from '../helpers/site.js'

const PAGE = `<!doctype html><html><head><title>Kettle care</title></head><body>
  <nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
  <main><h1>Kettle care</h1><h2>Descaling</h2>
  <p>Descale the kettle with vinegar every three months, and rinse it twice afterwards with clear water.</p>
  <table><tr><th>Model</th><th>Warranty</th></tr><tr><td>K100</td><td>2 years</td></tr></table></main>
  <footer>All rights reserved</footer></body></html>`

let site: Site
let appliance: LetterAppliance

beforeAll(async () => {
  site = await startSite({})
  appliance = await startLetterAppliance({
    policy: new FetchPolicy([`127.0.0.1:${String(site.port)}`]),
    resolver: () => Promise.reject(new Error('no name is known here')),
  })
})

afterAll(async () => {
  await appliance.stop()
  await site.stop()
})

beforeEach(() => {
  site.pages['/kettle'] = PAGE
})

const add = (path: string, title?: string) =>
  appliance.call('POST', '/knowledge/urls/', { url: new URL(path, site.origin).href, title })

it('reads a page, finds it, and cites it as one', async () => {
  const added = await add('/kettle')
  expect(added.status).toBe(202)
  expect(data(added)).toMatchObject({ type: 'url', status: 'pending', url: `${site.origin}/kettle` })
  const source = await appliance.settled(added)
  expect(source).toMatchObject({
    status: 'ready',
    title: 'Kettle care',
    media_type: 'text/html',
    final_url: `${site.origin}/kettle`,
    summary: expect.stringMatching(/^Descale the kettle with vinegar/) as string,
    keywords: expect.arrayContaining(['kettle']) as string[],
  })
  expect(source['fetched_at']).not.toBeNull()

  const question = { query: 'How do I descale the kettle?', limit: 10 }
  const { hits } = data(await appliance.call('POST', '/knowledge/search', question)) as {
    hits: { text: string; type: string; section: string }[]
  }
  expect(hits[0]).toMatchObject({ type: 'url', section: 'Kettle care › Descaling' })
  expect(hits.map(({ text }) => text).join()).toContain('| Model: K100 | Warranty: 2 years |')
  expect(hits.map(({ text }) => text).join()).not.toMatch(/Shop|rights reserved/)

  const assistant = data(await appliance.call('POST', '/assistants/', { name: 'Ada' }))['id']
  const session = data(await appliance.call('POST', '/sessions/', { assistant_id: assistant }))['id']
  const content = 'How do I descale the kettle with vinegar?'
  const sent = await appliance.call('POST', `/sessions/${String(session)}/messages`, { content })
  const { sources } = data(sent)['assistant_message'] as { sources: unknown[] }
  expect(sources[0]).toMatchObject({
    type: 'knowledge_url',
    url: `${site.origin}/kettle`,
    title: 'Kettle care',
    reference_id: source['id'],
  })
})

it('keeps the same page once, and another title as another source', async () => {
  const first = await add('/kettle', 'Kettles')
  await appliance.settled(first)
  const again = await add('/kettle', 'Kettles')
  expect([again.status, data(again)['id']]).toEqual([200, data(first)['id']])
  expect((await add('/kettle', 'Kettles and pots')).status).toBe(202)
  await appliance.ingestor.idle()
})

it('fails at once, saying why, and takes it up again when it is given again', async () => {
  const added = await add('/later', 'Later')
  expect(await appliance.settled(added)).toMatchObject({
    status: 'failed',
    stage: 'fetch',
    error: 'There is no such page at 127.0.0.1 (status 404).',
  })
  site.pages['/later'] = PAGE
  const again = await add('/later', 'Later')
  expect([again.status, data(again)['id']]).toEqual([202, data(added)['id']])
  expect(await appliance.settled(again)).toMatchObject({ status: 'ready', error: null })
})

it('refuses addresses that are not public', async () => {
  const added = await appliance.call('POST', '/knowledge/urls/', { url: 'http://10.0.0.1/', title: 'Inside' })
  expect(await appliance.settled(added)).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('10.0.0.1, which is not a public address') as string,
  })
})

it.each(['nonsense', 'ftp://example.com/', 'http://me:word@example.com/', 7])('refuses %s', async (url) => {
  const refused = await appliance.call('POST', '/knowledge/urls/', { url, title: 'Never' })
  expect(refused.status).toBe(422)
  expect(refused.body).toMatchObject({ detail: expect.stringMatching(/^url must /) as string })
})

it('fetches again: nothing to do, another text, and the old one where that fails', async () => {
  let version = 'first'
  site.pages['/news'] = (req, res) => {
    if (version === 'gone') res.writeHead(500).end()
    else if (req.headers['if-none-match'] === `"${version}"`) res.writeHead(304).end()
    else
      res
        .writeHead(200, { 'content-type': 'text/plain', etag: `"${version}"` })
        .end(`The ${version} zebra crossing opens tomorrow.`)
  }
  const added = await add('/news', 'News')
  const before = await appliance.settled(added)
  const path = `/knowledge/urls/${String(before['id'])}`
  const passage = async () => {
    const found = await appliance.call('POST', '/knowledge/search', { query: 'zebra crossing', limit: 1 })
    return (data(found) as { hits: { passage_id: string; text: string }[] }).hits[0]
  }
  const first = await passage()

  expect((await appliance.call('POST', `${path}/reprocess`)).status).toBe(202)
  const same = await appliance.settled(added)
  expect(same).toMatchObject({ status: 'ready', passages: 1 })
  expect(await passage()).toEqual(first)

  version = 'second'
  await appliance.call('POST', `${path}/reprocess`)
  await appliance.settled(added)
  expect((await passage())?.text).toBe('The second zebra crossing opens tomorrow.')

  version = 'gone'
  await appliance.call('POST', `${path}/reprocess`)
  expect(await appliance.settled(added)).toMatchObject({
    status: 'failed',
    error: '127.0.0.1 answered with status 500 instead of a page.',
  })
  expect((await passage())?.text).toBe('The second zebra crossing opens tomorrow.')
})

it('reads another page once its URL is changed, and keeps no file of the old one', async () => {
  site.pages['/other'] = '<h1>Other</h1><p>The quokka smiles at everybody who passes by the fence.</p>'
  const added = await add('/kettle', 'To be moved')
  const { id } = await appliance.settled(added)
  const files = readdirSync(join(appliance.dir, 'uploads')).length
  const changed = await appliance.call('PATCH', `/knowledge/urls/${String(id)}`, {
    url: `${site.origin}/other`,
  })
  expect(changed.status).toBe(200)
  expect(data(changed)).toMatchObject({ status: 'pending', title: 'To be moved' })
  expect(await appliance.settled(added)).toMatchObject({ status: 'ready', final_url: `${site.origin}/other` })
  expect((await appliance.found('quokka fence'))[0]).toBe('To be moved')
  expect(readdirSync(join(appliance.dir, 'uploads'))).toHaveLength(files)
})

it('reads an uploaded HTML file the same way', async () => {
  const form = new FormData()
  form.set('file', new Blob([PAGE.replaceAll('kettle', 'samovar')]), 'samovar.html')
  const answer = await fetch(`${appliance.origin}/api/v1/knowledge/files/`, {
    method: 'POST',
    headers: appliance.keys,
    body: form,
  })
  const uploaded = { status: answer.status, headers: answer.headers, body: await answer.json() }
  expect(await appliance.settled(uploaded)).toMatchObject({ status: 'ready', media_type: 'text/html' })
  expect((await appliance.found('descale the samovar'))[0]).toBe('samovar.html')
})
