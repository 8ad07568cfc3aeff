import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeyPair, readPublicKey } from '#src/bundle/signature.js'
import { unpackBundle } from '#src/bundle/unpack.js'
import { verifyArchive } from '#src/bundle/verify-archive.js'
import { verifyFolder } from '#src/bundle/verify-folder.js'
import { sealFiles } from '../../scripts/bundle/seal.js'
import { TinyBundles, TOP, type OddEntry } from '../helpers/tiny-bundle.js'

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

const bundles = new TinyBundles()
const key = readPublicKey(bundles.keys.publicKey)
const stranger = makeKeyPair(join(bundles.dir, 'stranger'))

afterAll(() => rmSync(bundles.dir, { recursive: true, force: true }))

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

function guichet(args: string[], cwd = bundles.dir): Promise<Outcome> {
  return new Promise((resolve) => {
    const { INIT_CWD: _, ...env } = process.env
    const child = execFile(
      process.execPath,
      [CLI, 'bundle', ...args],
      { cwd, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

const has = (program: string) => spawnSync(program, ['--version']).error === undefined

describe('guichet bundle keygen', () => {
  it('makes a pair that only its owner can sign with, and never overwrites one', async () => {
    const out = join(bundles.dir, 'pair')
    expect((await guichet(['keygen', '--out', 'pair'])).code).toBe(0)
    const secret = join(out, 'guichet-signing.key')
    const before = readFileSync(secret, 'utf8')
    expect(statSync(secret).mode & 0o777).toBe(0o600)
    expect(before).toContain('BEGIN PRIVATE KEY')
    const again = await guichet(['keygen', '--out', out])
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('is there already')
    expect(readFileSync(secret, 'utf8')).toBe(before)
  })
})

describe('guichet bundle verify', () => {
  let archive: string
  beforeAll(async () => {
    archive = await bundles.archive()
  })

  it('accepts what its maker signed, archive and folder', async () => {
    const folder = await bundles.folder()
    for (const path of [archive, folder]) {
      const { code, stdout } = await guichet(['verify', path, '--key', bundles.keys.publicKey])
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: '✓ Signed by the owner of the key; all 4 files are what was bundled.\n',
      })
    }
  })

  it('says plainly that without a key the origin is not known', async () => {
    const { code, stdout } = await guichet(['verify', await bundles.archive({ signed: false })])
    expect(code).toBe(0)
    expect(stdout).toContain('not verified')
    const { stdout: json } = await guichet(['verify', archive, '--json'])
    expect(JSON.parse(json)).toEqual({ ok: true, origin: 'unchecked', files: 4, failures: [] })
  })

  it('refuses another maker, and a bundle nobody signed', async () => {
    const other = await guichet(['verify', archive, '--key', stranger.publicKey])
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/^✗ The signature of .*\.sha256 is not from the owner of this key/)
    const nobody = await guichet([
      'verify',
      await bundles.archive({ signed: false }),
      '--key',
      bundles.keys.publicKey,
    ])
    expect(nobody.code).toBe(1)
    expect(nobody.stdout).toContain('is not signed')
  })

  it('takes no private key, and no other file, for a public key', async () => {
    const secret = await guichet(['verify', archive, '--key', bundles.keys.privateKey])
    expect(secret.code).toBe(1)
    expect(secret.stderr).toContain('is the private key')
    expect((await guichet(['verify', archive, '--key', CLI])).stderr).toContain('is no Ed25519 public key')
  })

  it.skipIf(!has('openssl') || !has('sha256sum'))('can be checked with openssl and sha256sum too', () => {
    const sums = `${archive}.sha256`
    const given = ['-inkey', bundles.keys.publicKey, '-in', sums, '-sigfile', `${sums}.sig`]
    const signature = spawnSync('openssl', ['pkeyutl', '-verify', '-rawin', '-pubin', ...given])
    expect(signature.status).toBe(0)
    const sum = spawnSync('sha256sum', ['-c', sums], { cwd: dirname(archive), encoding: 'utf8' })
    expect(sum.stdout).toBe(`${basename(archive)}: OK\n`)
  })
})

describe('an archive', () => {
  /** A fresh copy of a good one. */
  let good: string
  beforeAll(async () => {
    good = await bundles.archive()
  })
  function copy(): string {
    const to = join(bundles.dir, `copy-${Math.random()}`)
    mkdirSync(to)
    for (const name of readdirSync(dirname(good)).filter((each) => each.includes('.tar.zst')))
      copyFileSync(join(dirname(good), name), join(to, name))
    return join(to, basename(good))
  }

  it('is found out when one bit of it differs, wherever', async () => {
    const size = statSync(good).size
    for (const at of [0, 7, Math.floor(size / 3), size - 100_000, size - 1]) {
      const file = copy()
      flip(file, at)
      const { ok, failures } = await verifyArchive(file, key)
      expect({ at, ok }).toEqual({ at, ok: false })
      expect(failures.join()).toContain('is damaged or was changed')
    }
  })

  it('is found out when its checksum or its signature was changed', async () => {
    for (const [suffix, at] of [
      ['.sha256', 0],
      ['.sha256', 70],
      ['.sha256.sig', 0],
      ['.sha256.sig', 63],
    ] as const) {
      const file = copy()
      flip(`${file}${suffix}`, at)
      expect({ suffix, at, ...(await verifyArchive(file, key)) }).toMatchObject({
        ok: false,
        origin: 'failed',
      })
    }
  })

  it('is not vouched for by the signature of another one', async () => {
    const [file, other] = [copy(), await bundles.odd([{ path: `${TOP}/other`, content: 'other' }])]
    copyFileSync(`${other}.sha256.sig`, `${file}.sha256.sig`)
    expect(await verifyArchive(file, key)).toMatchObject({ ok: false, origin: 'failed' })
  })

  it('is found out when it ends too early or goes on', async () => {
    const short = copy()
    truncateSync(short, statSync(short).size - 1000)
    const long = copy()
    appendFileSync(long, 'more')
    for (const file of [short, long]) expect((await verifyArchive(file, key)).ok).toBe(false)
  })

  it('that is none is refused in a sentence', async () => {
    const file = await bundles.odd([{ path: `${TOP}/a`, content: 'a' }])
    const text = 'no archive at all'
    writeFileSync(file, text)
    writeFileSync(`${file}.sha256`, `${createHash('sha256').update(text).digest('hex')}  ${basename(file)}\n`)
    const { code, stderr } = await guichet(['verify', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/cannot be read to its end as a \.tar\.zst archive/)
  })

  const A = { path: `${TOP}/a`, content: 'a' }
  it.each<[string, OddEntry[], RegExp]>([
    ['a way out', [A, { path: `${TOP}/../../etc/passwd`, content: 'x' }], /another place/],
    ['an absolute path', [A, { path: '/etc/passwd', content: 'x' }], /another place/],
    ['a second folder', [A, { path: 'elsewhere/b', content: 'x' }], /outside of its folder/],
    ['a symbolic link', [A, { path: `${TOP}/l`, type: 'SymbolicLink', linkpath: '/etc' }], /SymbolicLink/],
    ['a hard link', [A, { path: `${TOP}/l`, type: 'Link', linkpath: `${TOP}/a` }], /\(Link\)/],
    ['a device', [A, { path: `${TOP}/null`, type: 'CharacterDevice' }], /CharacterDevice/],
    ['a pipe', [A, { path: `${TOP}/pipe`, type: 'FIFO' }], /FIFO/],
    ['the same file twice', [A, A], /twice/],
  ])('with %s is refused, whoever signed it', async (_, entries, complaint) => {
    const file = await bundles.odd(entries)
    // Without the key, so that it is the content that is refused.
    const { ok, failures } = await verifyArchive(file)
    expect(ok).toBe(false)
    expect(failures.join('\n')).toMatch(complaint)
    const into = join(dirname(file), 'into')
    await expect(unpackBundle(file, into)).rejects.toThrow(complaint)
    expect(existsSync(into)).toBe(false)
  })

  it('without a list of checksums is refused', async () => {
    const { failures } = await verifyArchive(await bundles.odd([A], false))
    expect(failures).toEqual(['The archive holds no SHA256SUMS.'])
  })

  it('that is made again without a key keeps no signature of before', async () => {
    const file = copy()
    await sealFiles([file])
    expect((await verifyArchive(file)).ok).toBe(true)
    expect((await verifyArchive(file, key)).failures.join()).toContain('is not signed')
  })

  it('is the same bytes when the same content is packed again', async () => {
    expect(readFileSync(await bundles.archive()).equals(readFileSync(await bundles.archive()))).toBe(true)
  })

  it('is unpacked whole by tar', { skip: !has('zstd') }, async () => {
    const to = join(bundles.dir, 'by-tar')
    mkdirSync(to)
    const { status, stderr } = spawnSync('tar', ['--zstd', '-xf', good, '-C', to], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(await verifyFolder(join(to, TOP), key)).toMatchObject({ ok: true, origin: 'verified', files: 4 })
  })

  it('is unpacked by ourselves, once', async () => {
    const into = join(bundles.dir, 'by-us')
    const { folder } = await unpackBundle(good, into, key)
    expect(folder).toBe(join(into, TOP))
    expect(await verifyFolder(folder, key)).toMatchObject({ ok: true, files: 4 })
    await expect(unpackBundle(good, into, key)).rejects.toThrow(/is there already/)
    expect(readdirSync(into)).toEqual([TOP])
  })
})

describe('an unpacked bundle', () => {
  it('may hold the operator’s data and settings besides', async () => {
    const folder = await bundles.folder()
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data/appliance.db'), 'data')
    writeFileSync(join(folder, '.env'), 'PORT=1\n')
    expect((await verifyFolder(folder, key)).failures).toEqual([])
  })

  it('names each file that was changed, taken away or added', async () => {
    const folder = await bundles.folder()
    flip(join(folder, 'dist/src/main.js'), 3)
    rmSync(join(folder, 'start'))
    writeFileSync(join(folder, 'models/placed.gguf'), 'GGUF')
    symlinkSync('/etc/passwd', join(folder, 'dist/link'))
    const { ok, failures } = await verifyFolder(folder, key)
    expect(ok).toBe(false)
    expect(failures).toEqual([
      'dist/link is neither a file nor a folder.',
      'dist/src/main.js is not what was bundled: its checksum differs.',
      'start is missing.',
      'models/placed.gguf is not part of the bundle.',
    ])
  })

  it('is not believed when the list of checksums was written anew', async () => {
    const folder = await bundles.folder()
    flip(join(folder, 'SHA256SUMS'), 0)
    expect(await verifyFolder(folder, key)).toMatchObject({ ok: false, origin: 'failed' })
    rmSync(join(folder, 'SHA256SUMS.sig'))
    expect((await verifyFolder(folder, key)).failures[0]).toContain('SHA256SUMS is not signed')
  })

  it('is told from any other folder', async () => {
    await expect(verifyFolder(bundles.dir, key)).rejects.toThrow(/is no unpacked bundle/)
  })
})
