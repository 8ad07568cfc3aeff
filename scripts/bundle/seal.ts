import type { KeyObject } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BundleError } from '../../src/bundle/bundle-error.js'
import { checksumOf, formatChecksums, SUM_SUFFIX, SUMS_FILE } from '../../src/bundle/checksums.js'
import { SIGNATURE_SUFFIX, signatureOf } from '../../src/bundle/signature.js'
import { checksumsIn } from '../../src/bundle/verify-folder.js'

/**
 * Writes SHA256SUMS into a bundle's folder, and its signature where a key is given.
 * @returns how many files it names
 * @throws BundleError when the folder holds a link or a device
 */
export async function sealFolder(folder: string, key?: KeyObject): Promise<number> {
  const { found, refused } = await checksumsIn(folder)
  if (refused.length > 0) throw new BundleError(refused.join('\n'))
  writeSigned(join(folder, SUMS_FILE), formatChecksums(found), key)
  return found.size
}

/**
 * Writes the checksums of files that lie in one folder beside the first of them, and their signature.
 * @returns the paths written
 */
export async function sealFiles(files: [string, ...string[]], key?: KeyObject): Promise<string[]> {
  const [archive] = files
  const sums = new Map<string, string>()
  for (const file of files) sums.set(basename(file), await checksumOf(file))
  return writeSigned(join(dirname(archive), `${basename(archive)}${SUM_SUFFIX}`), formatChecksums(sums), key)
}

function writeSigned(file: string, text: string, key: KeyObject | undefined): string[] {
  const signature = `${file}${SIGNATURE_SUFFIX}`
  writeFileSync(file, text)
  // One of an earlier bundle would only be in the way.
  rmSync(signature, { force: true })
  if (key === undefined) return [file]
  writeFileSync(signature, signatureOf(readFileSync(file), key))
  return [file, signature]
}
