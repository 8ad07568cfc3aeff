import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { Header } from 'tar'
import { makeKeyPair, readPrivateKey } from '#src/bundle/signature.js'
import { sealFiles, sealFolder } from '../../scripts/bundle/seal.js'
import { writeArchive } from '../../scripts/bundle/write-archive.js'
import { stored } from '../../scripts/bundle/zstd-frames.js'

export const TOP = 'guichet-9.9.9'
const TIME = new Date('2026-01-01T00:00:00Z')

/** One entry of an archive that no honest program writes. */
export interface OddEntry {
  path: string
  content?: string
  type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO'
  linkpath?: string
}

/** Bundles of a few bytes, and the keys they are signed with, in a folder of their own. */
export class TinyBundles {
  readonly dir = mkdtempSync(join(tmpdir(), 'guichet-bundle-'))
  readonly keys = makeKeyPair(join(this.dir, 'keys'))
  #made = 0

  /** A folder as `npm run bundle` leaves it, signed. */
  async folder(): Promise<string> {
    const folder = join(this.#place(), TOP)
    const files = {
      start: '#!/bin/sh\n',
      'dist/src/main.js': 'console.log(1)\n'.repeat(500),
      [`node_modules/${'long-name/'.repeat(20)}index.js`]: 'export {}\n',
      'models/tiny.gguf': 'GGUF'.repeat(100_000),
    }
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    await sealFolder(folder, readPrivateKey(this.keys.privateKey))
    return folder
  }

  /** An archive as `npm run bundle` leaves it. */
  async archive({ signed = true }: { signed?: boolean } = {}): Promise<string> {
    const folder = await this.folder()
    const file = join(dirname(folder), `${TOP}.tar.zst`)
    await writeArchive(dirname(folder), TOP, file, TIME)
    await this.#seal(file, signed)
    return file
  }

  /** A signed archive with exactly these entries, and a list of checksums that names all its files. */
  async odd(entries: OddEntry[], listed = true): Promise<string> {
    const file = join(this.#place(), `${TOP}.tar.zst`)
    const sums = entries
      .filter(({ type = 'File' }) => type === 'File')
      .map(({ path, content = '' }) => `${sha256(content)}  ${path.slice(TOP.length + 1)}\n`)
    const list = { path: `${TOP}/SHA256SUMS`, content: [...new Set(sums)].join('') }
    const blocks = [...entries, ...(listed ? [list] : [])].flatMap(blocksOf)
    const frames: Uint8Array[] = []
    for await (const piece of stored(Readable.from([...blocks, Buffer.alloc(1024)]))) frames.push(piece)
    writeFileSync(file, Buffer.concat(frames))
    await this.#seal(file, true)
    return file
  }

  async #seal(file: string, signed: boolean): Promise<void> {
    await sealFiles([file], signed ? readPrivateKey(this.keys.privateKey) : undefined)
  }

  #place(): string {
    const place = join(this.dir, String((this.#made += 1)))
    mkdirSync(place)
    return place
  }
}

function blocksOf({ path, content = '', type = 'File', linkpath }: OddEntry): Buffer[] {
  const body = Buffer.from(content)
  const header = new Header({
    path,
    type,
    mode: 0o644,
    size: body.length,
    mtime: TIME,
    ...(linkpath !== undefined && { linkpath }),
  })
  const block = Buffer.alloc(512)
  header.encode(block, 0)
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512)
  return [block, body, padding].filter((piece) => piece.length > 0)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
