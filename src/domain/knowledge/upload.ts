import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** An upload as it lies in the uploads folder. */
export interface Upload {
  /** Its name there. */
  name: string
  /** What the sender called it. */
  originalName: string
  bytes: number
}

/** What the sender called the file, without the folders around it and without what no file can be called. */
export function baseName(originalName: string): string {
  const name = originalName.split(/[\\/]/).findLast((part) => !['', '.', '..'].includes(part.trim()))
  return name?.trim().slice(-255).toWellFormed() ?? 'file'
}

/** SHA-256 of a file's bytes, in hex. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
