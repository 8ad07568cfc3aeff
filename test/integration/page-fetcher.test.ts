import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FetchPolicy } from '#src/fetch-policy.js'
import { PageFetcher, type PageFetcherOptions, type Validators } from '#src/ingest/fetch/page-fetcher.js'
import { startSite, type Site } from '../helpers/site.js'

const NOTHING_KNOWN: Validators = { etag: null, lastModified: null }
const signal = new AbortController().signal

let folder: string
let site: Site

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-'))
  site = await startSite({
    '/page': '<p>Hello.</p>',
    '/hop': (_req, res) => res.writeHead(302, { location: '/page' }).end(),
    '/loop': (_req, res) => res.writeHead(302, { location: '/loop' }).end(),
    '/inside': (_req, res) => res.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    '/packed': (_req, res) =>
      res
        .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
        .end(gzipSync('a'.repeat(50_000))),
    '/film': (_req, res) => res.writeHead(200, { 'content-type': 'video/mp4' }).end('x'),
    '/further': (req, res) => res.writeHead(302, { location: `/further?${String(req.url).length}x` }).end(),
    '/boastful': (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 ** 40 }).write('x')
    },
    '/talkative': (_req, res) => res.writeHead(200, { 'x-much': 'x'.repeat(20_000) }).end('x'),
    '/hesitant': (req) => {
      req.socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => req.socket.write('x-a: b\r\n'), 20)
      req.socket
        .on('error', () => undefined)
        .on('close', () => {
          clearInterval(drip)
        })
    },
    '/bomb': (_req, res) =>
      res
        .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(30 * 1024 * 1024))),
    '/odd': (_req, res) =>
      res.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('no gzip at all'),
    '/drip': (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' }).write('begun')
    },
    '/silent': () => undefined,
    '/torn': (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain', 'content-length': 100 }).write('part')
      setImmediate(() => res.destroy())
    },
  })
})

afterEach(async () => {
  await site.stop()
  rmSync(folder, { recursive: true })
})

function fetcher(options: Partial<PageFetcherOptions> = {}) {
  const policy = new FetchPolicy([`127.0.0.1:${String(site.port)}`, `site.test:${String(site.port)}`])
  return new PageFetcher({ policy, userAgent: 'Guichet/test', ...options })
}

const fetchFrom = (path: string, options: Partial<PageFetcherOptions> = {}, known = NOTHING_KNOWN) =>
  fetcher(options).fetch(new URL(path, site.origin).href, known, folder, signal)

/** Nobody is to be asked for an address. */
const noResolver = () => Promise.reject(new Error('something was resolved'))

it('stores a page, and says where it was in the end', async () => {
  const page = await fetchFrom('/hop', { resolver: noResolver })
  if (page === 'unchanged') throw new Error('unchanged')
  expect(readFileSync(join(folder, page.storedFile), 'utf8')).toBe('<p>Hello.</p>')
  expect(page).toMatchObject({
    bytes: 13,
    finalUrl: `${site.origin}/page`,
    contentType: 'text/html; charset=utf-8',
  })
  const [first] = site.asked
  expect(first?.headers['user-agent']).toBe('Guichet/test')
  expect(first?.headers.cookie).toBeUndefined()
})

it('unpacks what is packed', async () => {
  expect(await fetchFrom('/packed')).toMatchObject({ bytes: 50_000 })
})

describe('refuses, and leaves no file behind:', () => {
  const small = { bytes: 1000, wholeMs: 30_000 }
  it.each([
    ['a page that is not there', '/absent', {}, 'There is no such page at 127.0.0.1 (status 404).'],
    [
      'a redirect into the network',
      '/inside',
      {},
      '169.254.169.254 is at 169.254.169.254, which is not a public address; the operator can allow it with FETCH_ALLOW.',
    ],
    ['a circle', '/loop', {}, 'The page redirects more than 5 times.'],
    ['addresses without end', '/further', {}, 'The page redirects more than 5 times.'],
    ['a film', '/film', {}, '127.0.0.1 sent "video/mp4", in which there is nothing to read.'],
    ['one that says it is huge', '/boastful', {}, 'The page is larger than 20 MB.'],
    ['headers without end', '/talkative', {}, 'the head of its answer is too large.'],
    [
      'headers that drip',
      '/hesitant',
      { limits: { headersMs: 300 } },
      '127.0.0.1 took longer than 1 s to answer.',
    ],
    ['a bomb', '/bomb', {}, 'The page is larger than 20 MB.'],
    ['what is packed otherwise than it says', '/odd', {}, '127.0.0.1 broke off in the middle of the page.'],
    ['a page too large once unpacked', '/packed', { limits: small }, 'The page is larger than 1000 bytes.'],
    ['one that drips', '/drip', { limits: { wholeMs: 300 } }, 'Fetching the page took longer than 1 s.'],
    [
      'a server that is silent',
      '/silent',
      { limits: { headersMs: 300 } },
      '127.0.0.1 took longer than 1 s to answer.',
    ],
    ['one that breaks off', '/torn', {}, '127.0.0.1 broke off in the middle of the page.'],
    [
      'everything, when switched off',
      '/page',
      { enabled: false },
      'Web pages are not fetched here: URL_FETCH is switched off.',
    ],
  ])('%s', async (_what, path, options, reason) => {
    await expect(fetchFrom(path, options)).rejects.toThrow(reason)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['ftp://example.com/', 'Only http and https pages are fetched, not "ftp:".'],
    ['http://user:word@example.com/', 'A URL with a user name or password in it is not fetched.'],
    [
      'http://example.com:8080/',
      'Port 8080 of example.com is not fetched from: only 80 and 443 are, and what FETCH_ALLOW names.',
    ],
    ['http://0x7f.1/', '127.0.0.1 is at 127.0.0.1, which is not a public address'],
    ['http://2130706433/', '127.0.0.1 is at 127.0.0.1, which is not a public address'],
    ['http://0177.0.0.1/', '127.0.0.1 is at 127.0.0.1, which is not a public address'],
    ['http://0.0.0.0/', 'which is not a public address'],
    ['http://0/', 'which is not a public address'],
    ['http://169.254.1.1/', 'which is not a public address'],
    ['http://[2002:a00:1::]/', 'which is not a public address'],
    ['http://[::1]/', 'which is not a public address'],
    ['http://[::ffff:10.0.0.1]/', 'which is not a public address'],
    ['http://[64:ff9b::a00:1]/', 'which is not a public address'],
  ])('%s, without asking for an address', async (url, reason) => {
    await expect(fetcher({ resolver: noResolver }).fetch(url, NOTHING_KNOWN, folder, signal)).rejects.toThrow(
      reason,
    )
    expect(site.asked).toEqual([])
  })
})

describe('a name', () => {
  const url = () => `http://site.test:${String(site.port)}/page`

  it('is resolved once, and only that address is connected to', async () => {
    const names: string[] = []
    const resolver = (host: string) => {
      names.push(host)
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    }
    await fetcher({ resolver }).fetch(url(), NOTHING_KNOWN, folder, signal)
    expect(names).toEqual(['site.test'])
    expect(site.asked[0]?.headers.host).toBe(`site.test:${String(site.port)}`)
  })

  it('that means a private address, even among others, is refused', async () => {
    const addresses = [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.7', family: 4 },
    ]
    const asking = fetcher({ resolver: () => Promise.resolve(addresses) })
    await expect(asking.fetch('http://example.com/', NOTHING_KNOWN, folder, signal)).rejects.toThrow(
      'example.com is at 10.0.0.7, which is not a public address',
    )
  })

  it('that means another address by the next redirect is judged anew', async () => {
    site.pages['/page'] = (_req, res) => res.writeHead(302, { location: url() }).end()
    const answers = ['127.0.0.1', '10.0.0.7'].map((address) => [{ address, family: 4 }])
    const policy = new FetchPolicy([`127.0.0.1:${String(site.port)}`])
    const asking = fetcher({ policy, resolver: () => Promise.resolve(answers.shift() ?? []) })
    await expect(asking.fetch(url(), NOTHING_KNOWN, folder, signal)).rejects.toThrow(
      'site.test is at 10.0.0.7, which is not a public address',
    )
    expect(site.asked).toHaveLength(1)
  })

  it('that is unknown, or never answered for, is told so', async () => {
    const unknown = fetcher({ resolver: () => Promise.reject(new Error('ENOTFOUND')) })
    await expect(unknown.fetch('http://nowhere.test/', NOTHING_KNOWN, folder, signal)).rejects.toThrow(
      'The host nowhere.test cannot be found.',
    )
    const never = () => new Promise<never>(() => undefined)
    const waiting = fetcher({ resolver: never, limits: { connectMs: 200 } })
    await expect(waiting.fetch('http://nowhere.test/', NOTHING_KNOWN, folder, signal)).rejects.toThrow(
      'The address of nowhere.test could not be found out in time.',
    )
  })
})

it('says what is wrong with a server’s TLS', async () => {
  const plain = `https://127.0.0.1:${String(site.port)}/page`
  await expect(fetcher().fetch(plain, NOTHING_KNOWN, folder, signal)).rejects.toThrow(/it speaks no TLS/)
  const pem = readFileSync(new URL('../fixtures/self-signed.pem', import.meta.url))
  const server = createServer({ key: pem, cert: pem }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const policy = new FetchPolicy([`127.0.0.1:${String(port)}`])
  await expect(
    fetcher({ policy }).fetch(`https://127.0.0.1:${String(port)}/`, NOTHING_KNOWN, folder, signal),
  ).rejects.toThrow('127.0.0.1 cannot be reached: its certificate is signed by itself.')
  server.close()
})

it('asks whether a page has changed', async () => {
  site.pages['/page'] = (req, res) => {
    if (req.headers['if-none-match'] === '"1"') res.writeHead(304).end()
    else res.writeHead(200, { 'content-type': 'text/plain', etag: '"1"' }).end('text')
  }
  expect(await fetchFrom('/page')).toMatchObject({ etag: '"1"', lastModified: null })
  expect(await fetchFrom('/page', {}, { etag: '"1"', lastModified: null })).toBe('unchanged')
})

it('ends with its signal', async () => {
  const ending = new AbortController()
  site.pages['/silent'] = () => {
    ending.abort(new Error('the end'))
  }
  await expect(
    fetcher().fetch(`${site.origin}/silent`, NOTHING_KNOWN, folder, ending.signal),
  ).rejects.toThrow('the end')
})
