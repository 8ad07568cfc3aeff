import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** One entry of a made-up archive. */
export interface TarEntry {
  path: string
  body?: Buffer | string
  /** "0" a file, "1" a hard link, "2" a symbolic link, "3" a device, "5" a folder. */
  type?: string
  link?: string
  /** What the header says, when it lies. */
  size?: number
}

/** A compressed tar file, written by hand: also what no program would write. */
export function tarball(entries: TarEntry[]): Buffer {
  return gzipSync(tar(entries))
}

/** The same, not compressed. */
export function tar(entries: TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const body = Buffer.from(entry.body ?? '')
    return [header(entry, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** The list that belongs to these files, with right sizes and checksums. */
export function manifestFor(files: Record<string, Buffer | string>, more: object = {}): TarEntry {
  const list = Object.entries(files).map(([path, body]) => ({
    path,
    bytes: Buffer.byteLength(body),
    sha256: createHash('sha256').update(body).digest('hex'),
  }))
  const manifest = {
    format: 1,
    guichet: '0.0.1',
    schema: ['001-init'],
    created_at: '2026-01-02T03:04:05.000Z',
    with_keys: 'signing.key' in files,
    missing_uploads: [],
    files: list,
    ...more,
  }
  return { path: 'backup.json', body: JSON.stringify(manifest) }
}

function header({ path, type = '0', link = '', size }: TarEntry, length: number): Buffer {
  const block = Buffer.alloc(512)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  block.write(path, 0, 100)
  block.write(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  block.write(`${octal(size ?? length, 11)}\0${octal(0, 11)}\0`, 124)
  block.write(`        ${type}`, 148)
  block.write(link, 157, 100)
  block.write('ustar\0' + '00', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}
