import type { KeyObject } from 'node:crypto'
import { isSignedBy } from './signature.js'

/** What is said of one signed file; no key, no claim. */
export interface SignatureCheck {
  /** How messages call the file that was signed. */
  name: string
  bytes: Uint8Array
  /** Absent: there is none. */
  signature: Uint8Array | undefined
  key: KeyObject | undefined
}

/** One sentence when the signature is missing or not that of the key's owner; nothing where no key was given. */
export function checkSignature({ name, bytes, signature, key }: SignatureCheck): string[] {
  if (key === undefined) return []
  if (signature === undefined) return [`${name} is not signed: there is no ${name}.sig.`]
  return isSignedBy(bytes, signature, key)
    ? []
    : [
        `The signature of ${name} is not from the owner of this key: another key signed it, or something was changed.`,
      ]
}
