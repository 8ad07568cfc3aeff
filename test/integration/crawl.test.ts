import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FetchPolicy } from '#src/fetch-policy.js'
import { data, type Answer } from '../helpers/http.js'
import { startLetterAppliance, type LetterAppliance } from '../helpers/letter-appliance.js'
import { startSite, type Pages, type Site } from '../helpers/site.js'

let site: Site
let appliance: LetterAppliance

beforeEach(async () => {
  site = await startSite({})
  appliance = await startLetterAppliance(
    { policy: new FetchPolicy([`127.0.0.1:${String(site.port)}`]) },
    { crawlPauseMs: 0 },
  )
})

afterEach(async () => {
  await appliance.stop()
  await site.stop()
})

const page = (text: string, ...links: string[]) =>
  `<!doctype html><html><head><title>${text}</title></head><body><main><h1>${text}</h1>
   <p>The ${text} is described on this page in one sentence.</p>
   ${links.map((link) => (link.startsWith('<') ? link : `<a href="${link}">more</a>`)).join(' ')}</main></body></html>`

const crawl = (limits: object = {}, fields: object = {}) =>
  appliance.call('POST', '/knowledge/urls/', { url: `${site.origin}/`, crawl: limits, ...fields })

/** Paths of the pages a crawl has found and kept, once it has nothing to do. */
async function kept(root: Answer): Promise<string[]> {
  await appliance.ingestor.idle()
  const id = String(data(root)['id'])
  const list = data(await appliance.call('GET', `/knowledge/urls/?parent_id=${id}&limit=200`))
  return (list['sources'] as { url: string; status: string }[])
    .map(({ url, status }) => `${url.slice(site.origin.length)}${status === 'ready' ? '' : ` ${status}`}`)
    .sort()
}

const uploads = () => readdirSync(join(appliance.dir, 'uploads'))
const asked = () => new Set(site.asked.map(({ url }) => url))
const rootOf = async (root: Answer) =>
  data(await appliance.call('GET', `/knowledge/urls/${String(data(root)['id'])}`))

function furnish(pages: Pages): void {
  Object.assign(site.pages, pages)
}

it('reads a site as far as it may: each page once, none of another site, none that is not to be read', async () => {
  const elsewhere = await startSite({ '/': page('wrong') })
  furnish({
    '/robots.txt': (_req, res) =>
      res
        .writeHead(200, { 'content-type': 'text/plain' })
        .end(`User-agent: *\nDisallow: /private/\nSitemap: ${site.origin}/lists.xml\n`),
    '/lists.xml': `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sitemapindex>
      <sitemap><loc>${site.origin}/list.xml.gz</loc></sitemap><sitemap><loc>${site.origin}/lists.xml</loc></sitemap></sitemapindex>`,
    '/list.xml.gz': (_req, res) => {
      const urls = ['/listed', '/private/listed', '/a'].map(
        (path) => `<url><loc>${site.origin}${path}</loc></url>`,
      )
      const text = `<urlset>${urls.join('')}<url><loc>${elsewhere.origin}/</loc></url></urlset>`
      res.writeHead(200, { 'content-type': 'application/gzip' }).end(gzipSync(text))
    },
    '/': page(
      'start',
      ...[
        '/a',
        '/a#part',
        '/a?utm_source=mail',
        '/twin',
        '/b',
        '/c?sort=1',
        '/gone',
        '/moved',
        '/hidden',
        '/tool',
      ],
      ...['/private/x', '/logo.png', 'mailto:a@b.example', `${elsewhere.origin}/`, '/day/1', '/broken'],
      '<a href="/forbidden" rel="external nofollow">not this</a>',
    ),
    '/a': page('aardvark', '/', '/b'),
    '/twin': page('aardvark', '/', '/b'),
    '/b': page('bison', '/deep'),
    '/c': `<link rel="canonical" href="/c">${page('cheetah')}`,
    '/deep': page('deer'),
    '/listed': page('lynx'),
    '/moved': (_req, res) => res.writeHead(302, { location: `${elsewhere.origin}/` }).end(),
    '/hidden': `<meta name="robots" content="noindex">${page('hidden', '/behind')}`,
    '/behind': page('beaver'),
    '/tool': `<link rel="canonical" href="/">${page('toad')}`,
    '/broken': (_req, res) => res.writeHead(500).end(),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, day) => [
        `/day/${String(day + 1)}`,
        page(`day ${String(day + 1)}`, `/day/${String(day + 2)}`),
      ]),
    ),
  })
  const root = await crawl({ depth: 2 })
  expect(root.status).toBe(202)
  expect(await kept(root)).toEqual(
    ['/a', '/b', '/behind', '/c', '/broken failed', '/day/1', '/day/2', '/deep', '/listed', '/tool'].sort(),
  )
  const never = ['/private/x', '/private/listed', '/logo.png', '/forbidden', '/day/3', '/a?utm_source=mail']
  expect(never.filter((path) => asked().has(path))).toEqual([])
  expect((await rootOf(root))['crawl']).toEqual({
    ...{ depth: 2, max_pages: 100, sitemap: true, include: [], exclude: [] },
    // Left out: the twin, what is gone, moved and hidden, and the page that says it is another.
    ...{ ready: 10, failed: 1, pending: 0, left_out: 5, beyond: 0 },
  })
  expect((await appliance.found('lynx'))[0]).toBe('lynx')
  await elsewhere.stop()
})

it('keeps to its limits, and fills what broken links leave free', async () => {
  const good = Array.from({ length: 8 }, (_, at) => `/docs/${String(at)}`)
  furnish({
    '/': page('start', '/dead/1', '/dead/2', '/docs/out', ...good, '/blog/1'),
    ...Object.fromEntries([...good, '/docs/out', '/blog/1'].map((path) => [path, page(`about ${path}`)])),
  })
  const limits = { max_pages: 4, include: ['/docs/', '/dead/'], exclude: ['/docs/out'], sitemap: false }
  const root = await crawl(limits)
  expect(await kept(root)).toEqual(['/docs/0', '/docs/1', '/docs/2'])
  expect(asked().has('/blog/1') || asked().has('/docs/out')).toBe(false)
  expect((await rootOf(root))['crawl']).toMatchObject({ ready: 4, left_out: 2, beyond: 5 })
  const again = await crawl(limits)
  expect([again.status, data(again)['id']]).toEqual([200, data(root)['id']])
  expect((await crawl({ ...limits, max_pages: 5 })).status).toBe(409)
})

it('reads nothing of a site that forbids it, or does not say', async () => {
  furnish({
    '/': page('start'),
    '/robots.txt': (_req, res) =>
      res.writeHead(200, { 'content-type': 'text/plain' }).end('User-agent: guichet\nDisallow: /'),
  })
  const forbidden = await crawl()
  await appliance.ingestor.idle()
  expect(await rootOf(forbidden)).toMatchObject({
    status: 'failed',
    error: `127.0.0.1:${String(site.port)} does not let this page be crawled (robots.txt).`,
  })
  expect(asked().has('/')).toBe(false)
})

it('adds what is new, removes what is gone, and leaves out for good what a person removed', async () => {
  furnish({
    '/': page('start', '/a', '/b', '/c'),
    '/a': page('aardvark'),
    '/b': page('bison'),
    '/c': page('cheetah'),
  })
  const root = await crawl({}, { tags: ['help'], refresh_hours: 24 })
  expect(await kept(root)).toEqual(['/a', '/b', '/c'])
  const id = String(data(root)['id'])
  const list = data(await appliance.call('GET', `/knowledge/?parent_id=${id}&sort=title`))
  const [aardvark] = list['sources'] as { id: string; tags: string[]; refresh_hours: number }[]
  expect(aardvark).toMatchObject({ tags: ['help'], refresh_hours: 24, next_refresh_at: null, parent_id: id })

  const own = `/knowledge/urls/${String(aardvark?.id)}`
  expect((await appliance.call('PATCH', own, { refresh_hours: 1 })).status).toBe(409)
  expect((await appliance.call('DELETE', own)).status).toBe(200)
  delete site.pages['/b']
  furnish({ '/': page('start', '/a', '/b', '/c', '/d'), '/d': page('dingo'), '/c': page('caribou') })
  expect((await appliance.call('POST', `/knowledge/urls/${id}/reprocess`)).status).toBe(202)
  expect(await kept(root)).toEqual(['/c', '/d'])
  expect((await appliance.found('aardvark bison cheetah caribou dingo')).sort()).toEqual([
    ...['caribou', 'dingo', 'start'],
  ])
})

it('is removed as a whole, and belongs to its assistants as a whole', async () => {
  const before = uploads()
  furnish({ '/': page('start', '/a', '/b'), '/a': page('aardvark'), '/b': page('bison') })
  const ada = String(data(await appliance.call('POST', '/assistants/', { name: 'Ada' }))['id'])
  const ben = String(data(await appliance.call('POST', '/assistants/', { name: 'Ben' }))['id'])
  const root = await crawl({}, { assistant_ids: [ada] })
  expect(await kept(root)).toEqual(['/a', '/b'])
  expect(await appliance.found('aardvark', ben)).toEqual([])
  const path = `/knowledge/urls/${String(data(root)['id'])}`
  expect((await appliance.call('PATCH', path, { assistant_ids: [ben], tags: ['x'] })).status).toBe(200)
  expect((await appliance.found('aardvark', ben)).length).toBe(3)
  expect(await appliance.found('aardvark', ada)).toEqual([])

  await appliance.call('DELETE', path)
  expect(await appliance.found('aardvark')).toEqual([])
  await appliance.ingestor.idle()
  const { db } = appliance.database
  const left = [
    await db.selectFrom('source').select('id').where('type', '=', 'url').execute(),
    await db
      .selectFrom('passage')
      .select('text')
      .where('text', 'like', '%is described on this page%')
      .execute(),
    await db.selectFrom('crawl_page').select('url').execute(),
    await db.selectFrom('job').select('stage').execute(),
  ]
  expect(left).toEqual([[], [], [], []])
  expect(uploads()).toEqual(before)
})
