import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const BYTES = 64

/**
 * The key that widget tokens are signed with; made on first use, readable by its owner only.
 * Removing the file and restarting makes every token out there worthless.
 * @throws Error when the file is there but does not hold a key.
 */
export function loadSigningKey(file: string): Buffer {
  mkdirSync(dirname(file), { recursive: true })
  try {
    writeFileSync(file, randomBytes(BYTES).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  chmodSync(file, 0o600)
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64')
  if (key.length !== BYTES) {
    throw new Error(
      `${file} does not hold a signing key; remove it and a new one is made (widget tokens then end).`,
    )
  }
  return key
}
