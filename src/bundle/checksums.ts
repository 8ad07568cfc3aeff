import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { BundleError } from './bundle-error.js'

/** Inside a bundle: the checksum of every file but itself and its signature, as `sha256sum -c` reads it. */
export const SUMS_FILE = 'SHA256SUMS'
/** Added to an archive's name: its checksum. */
export const SUM_SUFFIX = '.sha256'
/** How many failures are told one by one; a bundle that is wrong altogether would have thousands. */
const MOST_TOLD = 50

/** SHA-256 in hexadecimal by the path of each file. */
export type Checksums = Map<string, string>

/** Hashes a file of any size in bounded memory; rejects as reading does. */
export async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/**
 * Writes checksums as `sha256sum` does, sorted by path.
 * @throws BundleError for a name that its format would have to escape
 */
export function formatChecksums(sums: Checksums): string {
  const odd = [...sums.keys()].find((path) => /[\n\r\\]/.test(path))
  if (odd !== undefined)
    throw new BundleError(`The file name ${JSON.stringify(odd)} cannot be part of a bundle.`)
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, sum]) => `${sum}  ${path}\n`)
    .join('')
}

/**
 * Reads what `sha256sum` writes.
 * @param name how messages call the file
 * @throws BundleError for a line that is none of it, and for a path named twice
 */
export function parseChecksums(text: string, name: string): Checksums {
  const sums: Checksums = new Map()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, sum, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
    if (sum === undefined || path === undefined || sums.has(path))
      throw new BundleError(`${name} is no list of checksums: fetch the bundle again.`)
    sums.set(path, sum)
  }
  return sums
}

/** One sentence for each file that is changed, missing or not of the bundle. */
export function compareChecksums(listed: Checksums, found: Checksums): string[] {
  const changed = [...listed].flatMap(([path, sum]) => {
    const there = found.get(path)
    if (there === undefined) return [`${path} is missing.`]
    return there === sum ? [] : [`${path} is not what was bundled: its checksum differs.`]
  })
  const added = [...found.keys()].filter((path) => !listed.has(path))
  return [...changed, ...added.map((path) => `${path} is not part of the bundle.`)]
}

/** The first failures, and how many more there are. */
export function bounded(failures: string[]): string[] {
  const more = failures.length - MOST_TOLD
  return more > 0 ? [...failures.slice(0, MOST_TOLD), `And ${more} more.`] : failures
}
