import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { BundleError } from './bundle-error.js'
import { checkSignature } from './check-signature.js'
import {
  bounded,
  checksumOf,
  compareChecksums,
  parseChecksums,
  SUMS_FILE,
  type Checksums,
} from './checksums.js'
import { SIGNATURE_SUFFIX } from './signature.js'
import type { Verdict } from './verdict.js'

/** What an appliance in use has in its folder besides the bundle. */
const OF_THE_OPERATOR = ['data', '.env']
const NOT_LISTED = [SUMS_FILE, `${SUMS_FILE}${SIGNATURE_SUFFIX}`]

/**
 * Checks an unpacked bundle: its signature, and that each file is what was bundled and nothing was added, but for the
 * operator's `data` and `.env`.
 * @throws BundleError when the folder is no bundle
 */
export async function verifyFolder(folder: string, key?: KeyObject): Promise<Verdict> {
  const sumsFile = join(folder, SUMS_FILE)
  if (!existsSync(sumsFile))
    throw new BundleError(`${folder} is no unpacked bundle: there is no ${SUMS_FILE} in it.`)
  const bytes = readFileSync(sumsFile)
  const signatureFile = `${sumsFile}${SIGNATURE_SUFFIX}`
  const signature = existsSync(signatureFile) ? readFileSync(signatureFile) : undefined
  const unsigned = checkSignature({ name: SUMS_FILE, bytes, signature, key })
  const { found, refused } = await checksumsIn(folder)
  const compared = compareChecksums(parseChecksums(bytes.toString('utf8'), sumsFile), found)
  const failures = [...unsigned, ...refused, ...compared]
  const origin = key === undefined ? 'unchecked' : unsigned.length === 0 ? 'verified' : 'failed'
  return { ok: failures.length === 0, origin, files: found.size, failures: bounded(failures) }
}

/** The checksum of every file below a folder, and a sentence for each thing that is no file. */
export async function checksumsIn(folder: string): Promise<{ found: Checksums; refused: string[] }> {
  const found: Checksums = new Map()
  const refused: string[] = []
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if ([...OF_THE_OPERATOR, ...NOT_LISTED].includes(path)) continue
      if (entry.isDirectory()) await visit(path)
      else if (entry.isFile()) found.set(path, await checksumOf(join(folder, path)))
      else refused.push(`${path} is neither a file nor a folder.`)
    }
  }
  await visit('')
  return { found, refused }
}
