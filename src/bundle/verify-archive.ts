import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { BundleError } from './bundle-error.js'
import { checkSignature } from './check-signature.js'
import {
  bounded,
  checksumOf,
  compareChecksums,
  parseChecksums,
  SUM_SUFFIX,
  SUMS_FILE,
  type Checksums,
} from './checksums.js'
import { readArchive, type ArchiveEntry } from './read-archive.js'
import { SIGNATURE_SUFFIX } from './signature.js'
import type { Verdict } from './verdict.js'

/**
 * Checks an archive from the outside to the inside: the signature of its checksum, the checksum, and only then every
 * entry. What does not fit from outside is never decompressed.
 * @throws BundleError when the archive or its checksum cannot be read at all
 */
export async function verifyArchive(file: string, key?: KeyObject): Promise<Verdict> {
  const outside = await checkOutside(file, key)
  if (outside.length > 0) return verdict(0, outside, key)
  const contents = new Contents()
  await readArchive(
    file,
    (path) => contents.isKept(path),
    (entry) => contents.add(entry),
  )
  const failures = contents.failures(key)
  return verdict(contents.found.size, failures, key)
}

function verdict(files: number, failures: string[], key: KeyObject | undefined): Verdict {
  const ok = failures.length === 0
  const origin = key === undefined ? 'unchecked' : ok ? 'verified' : 'failed'
  return { ok, origin, files, failures: bounded(failures) }
}

async function checkOutside(file: string, key: KeyObject | undefined): Promise<string[]> {
  const sumFile = `${file}${SUM_SUFFIX}`
  for (const needed of [file, sumFile]) {
    if (!existsSync(needed))
      throw new BundleError(`There is no ${needed}: an archive and its checksum are carried together.`)
  }
  const bytes = readFileSync(sumFile)
  const signatureFile = `${sumFile}${SIGNATURE_SUFFIX}`
  const signature = existsSync(signatureFile) ? readFileSync(signatureFile) : undefined
  const name = basename(file)
  const unsigned = checkSignature({ name: basename(sumFile), bytes, signature, key })
  if (unsigned.length > 0) return unsigned
  const expected = parseChecksums(bytes.toString('utf8'), sumFile).get(name)
  if (expected === undefined) return [`${basename(sumFile)} does not name ${name}.`]
  if ((await checksumOf(file)) === expected) return []
  return [`${name} is damaged or was changed: its checksum is not the one in ${basename(sumFile)}.`]
}

/** What an archive holds, and what must not be in one. */
class Contents {
  /** By the path below the top folder; without the list of checksums and its signature. */
  readonly found: Checksums = new Map()
  readonly #refused: string[] = []
  readonly #seen = new Set<string>()
  readonly #kept = new Map<string, Buffer>()
  #top: string | undefined

  isKept(path: string): boolean {
    return [SUMS_FILE, `${SUMS_FILE}${SIGNATURE_SUFFIX}`].includes(path.slice(path.indexOf('/') + 1))
  }

  add({ path, type, sha256, content }: ArchiveEntry): void {
    const shown = JSON.stringify(path)
    if (type !== 'File' && type !== 'Directory') {
      this.#refused.push(`The archive holds ${shown}, which is neither a file nor a folder (${type}).`)
      return
    }
    const parts = path.replace(/\/$/, '').split('/')
    const [top = ''] = parts
    this.#top ??= top
    if (parts.some((part) => ['', '.', '..'].includes(part)) || /[\\\n\r\0]/.test(path)) {
      this.#refused.push(`The archive holds ${shown}, which would be unpacked to another place.`)
      return
    }
    const below = parts.slice(1).join('/')
    if (top !== this.#top || (below === '' && type === 'File'))
      this.#refused.push(`The archive holds ${shown}, which is outside of its folder ${this.#top}.`)
    if (this.#seen.has(below)) this.#refused.push(`The archive holds ${shown} twice.`)
    this.#seen.add(below)
    if (type === 'Directory') return
    if (content === undefined) this.found.set(below, sha256)
    else this.#kept.set(below, content)
  }

  failures(key: KeyObject | undefined): string[] {
    if (this.#refused.length > 0) return this.#refused
    const sums = this.#kept.get(SUMS_FILE)
    if (sums === undefined) return [`The archive holds no ${SUMS_FILE}.`]
    const signature = this.#kept.get(`${SUMS_FILE}${SIGNATURE_SUFFIX}`)
    return [
      ...checkSignature({ name: SUMS_FILE, bytes: sums, signature, key }),
      ...compareChecksums(parseChecksums(sums.toString('utf8'), SUMS_FILE), this.found),
    ]
  }
}
