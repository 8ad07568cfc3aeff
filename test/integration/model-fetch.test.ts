import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchModel, type FetchProgress } from '#src/models/fetch-model.js'
import { ensureModels } from '#src/models/fetch.js'
import type { ChatEntry } from '#src/models/manifest.js'
import { sendFile, serve, type FileServer } from '../helpers/file-server.js'

const BYTES = randomBytes(300_000)
const HASH = sha256(BYTES)
const NAME = 'tiny.gguf'
const patience = { answer: 300, silence: 500, pause: 10 }

function sha256(bytes: Buffer) {
  return createHash('sha256').update(bytes).digest('hex')
}

function entry(sources: string[], file: Partial<ChatEntry['files'][number]> = { sha256: HASH }): ChatEntry {
  return {
    id: 'tiny',
    role: 'chat',
    name: 'Tiny',
    licence: 'MIT',
    languages: ['en'],
    contextTokens: 512,
    replies: 'quote',
    needs: { ramGb: 0, cores: 1, vramGb: 0 },
    why: 'for tests',
    files: [{ path: NAME, ...file }],
    sources: sources.map((base) => ({ type: 'url', base })),
  }
}

describe('a model over HTTP', () => {
  let dir: string
  const servers: FileServer[] = []
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'guichet-fetch-'))
  })
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
    rmSync(dir, { recursive: true, force: true })
  })

  async function source(listener: RequestListener) {
    const server = await serve(listener)
    servers.push(server)
    return server
  }
  const good = () => source((req, res) => sendFile(req, res, BYTES))
  const target = () => join(dir, NAME)
  const partial = () => join(dir, '.partial/tiny', NAME)
  function leavePartial(bytes: Buffer) {
    mkdirSync(dirname(partial()), { recursive: true })
    writeFileSync(partial(), bytes)
  }

  it('arrives whole, and nothing else stays', async () => {
    const { origin } = await good()
    const seen: FetchProgress[] = []
    await fetchModel(entry([origin]), { dir, patience, onProgress: (progress) => seen.push(progress) })
    expect(sha256(readFileSync(target()))).toBe(HASH)
    expect(existsSync(partial())).toBe(false)
    expect(seen.at(-1)).toMatchObject({ state: 'finished', done: BYTES.length })
  })

  it('goes on where a connection broke off', async () => {
    const server = await source((req, res) => {
      if (req.headers.range !== undefined) {
        sendFile(req, res, BYTES)
        return
      }
      res.writeHead(200, { 'content-length': BYTES.length })
      res.write(BYTES.subarray(0, 100_000))
      void vi
        .waitFor(() => expect(readFileSync(partial())).toHaveLength(100_000))
        .finally(() => res.destroy())
    })
    await fetchModel(entry([server.origin]), { dir, patience })
    expect(sha256(readFileSync(target()))).toBe(HASH)
    expect(server.requests).toEqual([`GET /${NAME}`, `GET /${NAME} bytes=100000-`])
  })

  it('goes on where an earlier start was stopped', async () => {
    leavePartial(BYTES.subarray(0, 200_000))
    const server = await good()
    await fetchModel(entry([server.origin]), { dir, patience })
    expect(sha256(readFileSync(target()))).toBe(HASH)
    expect(server.requests).toEqual([`GET /${NAME} bytes=200000-`])
  })

  it('takes what has arrived in full without fetching it again', async () => {
    leavePartial(BYTES)
    const server = await good()
    await fetchModel(entry([server.origin]), { dir, patience })
    expect(existsSync(target())).toBe(true)
    expect(server.requests).toHaveLength(1)
  })

  it('begins anew with a server that ignores ranges', async () => {
    leavePartial(BYTES.subarray(0, 200_000))
    const { origin } = await source((_req, res) => res.end(BYTES))
    await fetchModel(entry([origin]), { dir, patience })
    expect(sha256(readFileSync(target()))).toBe(HASH)
  })

  it('begins anew when what lay there was no part of it', async () => {
    leavePartial(randomBytes(200_000))
    const { origin } = await good()
    await fetchModel(entry([origin]), { dir, patience })
    expect(sha256(readFileSync(target()))).toBe(HASH)
  })

  it('never gets its name with a wrong hash, and the file is named', async () => {
    const { origin } = await source((req, res) => sendFile(req, res, randomBytes(BYTES.length)))
    const failure = await fetchModel(entry([origin]), { dir, patience }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ details: [expect.stringContaining(`tiny/${NAME} was removed`)] })
    expect(existsSync(target())).toBe(false)
    expect(existsSync(partial())).toBe(false)
  })

  it('passes over a source without the file, a wrong one and a silent one', async () => {
    const missing = await source((_req, res) => res.writeHead(404).end())
    const wrong = await source((req, res) => sendFile(req, res, randomBytes(100)))
    const silent = await source(() => undefined)
    const last = await good()
    const origins = [missing, wrong, silent, last].map((server) => server.origin)
    const problems = await fetchModel(entry(origins), { dir, patience })
    expect(existsSync(target())).toBe(true)
    expect(problems).toEqual([
      expect.stringContaining('404'),
      expect.stringContaining('was removed'),
      expect.stringContaining('no answer within 0.3 s'),
    ])
  })

  it('gives up on a source that falls silent half-way, and keeps what came', async () => {
    const { origin } = await source((req, res) => {
      if (req.headers.range === undefined) {
        res.writeHead(200, { 'content-length': BYTES.length })
        res.write(BYTES.subarray(0, 1000))
      }
    })
    await expect(fetchModel(entry([origin]), { dir, patience })).rejects.toThrow('could not be fetched')
    expect(readFileSync(partial())).toEqual(BYTES.subarray(0, 1000))
  })

  it("removes a killed fetch's folder of npm after a day, and no younger one", async () => {
    const left = ['npm-old', 'npm-new'].map((name) => join(dir, '.partial', name))
    for (const folder of left) mkdirSync(folder, { recursive: true })
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600
    utimesSync(join(dir, '.partial', 'npm-old'), twoDaysAgo, twoDaysAgo)
    const { origin } = await good()
    await fetchModel(entry([origin]), { dir, patience })
    expect(left.map((folder) => existsSync(folder))).toEqual([false, true])
  })

  it('asks the mirror first', async () => {
    const mirror = await good()
    const other = await good()
    await fetchModel(entry([other.origin]), { dir, patience, mirror: `${mirror.origin}/models/` })
    expect(mirror.requests).toEqual([`GET /models/tiny/${NAME}`])
    expect(other.requests).toEqual([])
  })

  it('believes the hash on the answer that redirects', async () => {
    const store = await source((req, res) => sendFile(req, res, randomBytes(1000)))
    const { origin } = await source((_req, res) => {
      res.writeHead(302, { location: `${store.origin}/blob`, 'x-linked-etag': `"${HASH}"` }).end()
    })
    await expect(fetchModel(entry([origin], {}), { dir, patience })).rejects.toThrow('could not be fetched')
    expect(existsSync(target())).toBe(false)
  })

  it('stays what it was at its first fetch', async () => {
    const { origin } = await good()
    await fetchModel(entry([origin], {}), { dir, patience })
    rmSync(target())
    const changed = await source((req, res) => sendFile(req, res, randomBytes(1000)))
    await expect(fetchModel(entry([changed.origin], {}), { dir, patience })).rejects.toThrow()
    expect(existsSync(target())).toBe(false)
  })

  it('does not go on with a beginning that nothing vouches for', async () => {
    leavePartial(randomBytes(1000))
    const { origin } = await good()
    await fetchModel(entry([origin], {}), { dir, patience })
    expect(sha256(readFileSync(target()))).toBe(HASH)
  })

  it('says when the disk is full, and tries no other source', async () => {
    mkdirSync(dirname(partial()), { recursive: true })
    symlinkSync('/dev/full', partial())
    const first = await good()
    const second = await good()
    await expect(fetchModel(entry([first.origin, second.origin]), { dir, patience })).rejects.toThrow(
      /^The disk is full: .*tiny\.gguf could not be written/,
    )
    expect(second.requests).toEqual([])
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const { origin } = await source(() => stop.abort())
    await expect(fetchModel(entry([origin]), { dir, patience, signal: stop.signal })).rejects.toThrow(
      /abort/i,
    )
  })
})

describe('ensureModels', () => {
  let dir: string
  let server: FileServer
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'guichet-ensure-'))
  })
  afterEach(async () => {
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const hardware = { ramGb: 8, cores: 2, vramGb: 0, gpu: null }
  const roles = ['chat'] as const

  it('fetches the next best model when the best is nowhere, asking a silent host once', async () => {
    server = await serve((req, res) => (req.url === `/good/${NAME}` ? sendFile(req, res, BYTES) : undefined))
    const silent = await serve(() => undefined)
    const best = { ...entry([silent.origin, silent.origin]), id: 'best', files: [{ path: 'best.gguf' }] }
    const manifest = { models: [best, entry([`${server.origin}/good`])] }
    const result = await ensureModels({ dir, manifest, hardware, roles, patience })
    expect(result).toMatchObject({ fetched: ['tiny'], missing: [] })
    expect(silent.requests).toHaveLength(1)
    await silent.close()
  })

  it('fetches nothing when somebody has placed a model', async () => {
    server = await serve((req, res) => sendFile(req, res, BYTES))
    writeFileSync(join(dir, 'mine.gguf'), '')
    const result = await ensureModels({
      dir,
      manifest: { models: [entry([server.origin])] },
      hardware,
      roles,
      patience,
    })
    expect(result).toEqual({ fetched: [], missing: [], problems: [] })
    expect(server.requests).toEqual([])
  })

  it('says that the models folder cannot be written to', async () => {
    server = await serve((req, res) => sendFile(req, res, BYTES))
    const file = join(dir, 'models')
    writeFileSync(file, 'in the place of a folder')
    const manifest = { models: [entry([server.origin])] }
    const result = await ensureModels({ dir: file, manifest, hardware, roles, patience })
    expect(result).toMatchObject({ fetched: [], missing: ['chat'] })
    expect(result.problems).toEqual([expect.stringMatching(`^Tiny could not be written to ${file}: .+\\.$`)])
  })

  it('rejects when it is stopped', async () => {
    const stop = new AbortController()
    server = await serve(() => stop.abort())
    const manifest = { models: [entry([server.origin])] }
    const { signal } = stop
    await expect(ensureModels({ dir, manifest, hardware, roles, patience, signal })).rejects.toThrow(/abort/i)
  })

  it('says what is missing when nothing can be reached', async () => {
    server = await serve((_req, res) => res.writeHead(503).end())
    const manifest = { models: [entry([server.origin])] }
    const result = await ensureModels({ dir, manifest, hardware, patience, named: { embedding: 'mine' } })
    expect(result.missing).toEqual(['embedding', 'chat'])
    expect(result.problems.join(' ')).toMatch(/"mine" is neither .* nor could it be fetched.*503/)
  })
})
