import { constants, crc32, deflateRawSync } from 'node:zlib'

/** One part of a made-up archive. */
export interface ZipPart {
  name: string
  body: Buffer | string
  /** Not compressed, as the first part of an EPUB has to be. */
  isStored?: boolean
  isEncrypted?: boolean
  /** How often the body is there, without the checksum of it all: makes a bomb in no time. */
  times?: number
  /** What the directory says of its size, when it lies. */
  claims?: number
  /** What the directory says of its checksum, when it lies. */
  crc?: number
}

/** A ZIP archive, written by hand: also what no program would write. */
export function zip(parts: Record<string, Buffer | string> | ZipPart[]): Buffer {
  const list = Array.isArray(parts) ? parts : Object.entries(parts).map(([name, body]) => ({ name, body }))
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const part of list) {
    const { header, data } = packed(part)
    const local = Buffer.concat([number(0x04034b50, 4), header, Buffer.from(part.name), data])
    const place = Buffer.concat([Buffer.alloc(10), number(offset, 4), Buffer.from(part.name)])
    files.push(local)
    directory.push(Buffer.concat([number(0x02014b50, 4), number(20, 2), header, place]))
    offset += local.length
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0)
  const count = number(list.length % 0x10000, 2)
  const end = [number(0x06054b50, 4), Buffer.alloc(4), count, count, number(size, 4), number(offset, 4)]
  return Buffer.concat([...files, ...directory, ...end, Buffer.alloc(2)])
}

/** What the local header and the directory say alike: from the version needed to the length of the extra fields. */
function packed(part: ZipPart): { header: Buffer; data: Buffer } {
  const body = Buffer.from(part.body)
  const times = part.times ?? 1
  const data = part.isStored === true ? body : times === 1 ? deflateRawSync(body) : repeated(body, times)
  const header = Buffer.concat([
    number(20, 2),
    number(0x800 | (part.isEncrypted === true ? 1 : 0), 2),
    number(part.isStored === true ? 0 : 8, 2),
    Buffer.alloc(4),
    number(part.crc ?? crc32(body), 4),
    number(data.length, 4),
    number(part.claims ?? body.length * times, 4),
    number(Buffer.byteLength(part.name), 2),
    number(0, 2),
  ])
  return { header, data }
}

/** A flushed stream ends between bytes, so that it can stand many times before the empty last block. */
function repeated(body: Buffer, times: number): Buffer {
  const once = deflateRawSync(body, { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array.from({ length: times }, () => once), deflateRawSync('')])
}

function number(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}
