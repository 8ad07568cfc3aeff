import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const VERSION = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Keeps clients' secrets so that only this appliance can read them: AES-256-GCM under a key derived from the signing
 * key, bound to the client's id. Secrets of callers need only a hash; these check what a client's server has signed.
 */
export class SecretSeal {
  private readonly key: Buffer

  constructor(signingKey: Buffer) {
    this.key = Buffer.from(hkdfSync('sha256', signingKey, '', 'guichet client secrets', 32))
  }

  /** The secret as it is stored. */
  seal(clientId: string, secret: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.key, nonce).setAAD(Buffer.from(clientId))
    const hidden = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url')}`
  }

  /** The secret again; undefined when there is none, or it was sealed under another signing key or for another client. */
  open(clientId: string, sealed: string | null): string | undefined {
    const [version, text] = sealed?.split('.') ?? []
    if (version !== VERSION || text === undefined) return undefined
    const bytes = Buffer.from(text, 'base64url')
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
    try {
      const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(clientId)).setAuthTag(tag)
      const hidden = bytes.subarray(NONCE_BYTES + TAG_BYTES)
      return Buffer.concat([decipher.update(hidden), decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}
