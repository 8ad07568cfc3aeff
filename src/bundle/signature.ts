import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BundleError } from './bundle-error.js'

/** What a key pair's two files are called. */
export const PRIVATE_KEY_FILE = 'guichet-signing.key'
export const PUBLIC_KEY_FILE = 'guichet-signing.pub'
/** Added to the name of a signed file: 64 bytes of Ed25519, as `openssl pkeyutl` reads them too. */
export const SIGNATURE_SUFFIX = '.sig'

/**
 * Writes a new Ed25519 key pair as PEM (PKCS#8, readable by its owner alone, and SPKI). Nothing is ever overwritten.
 * @returns the paths of both files
 * @throws BundleError when one of them is there already or the folder cannot be written to
 */
export function makeKeyPair(folder: string): { privateKey: string; publicKey: string } {
  const paths = { privateKey: join(folder, PRIVATE_KEY_FILE), publicKey: join(folder, PUBLIC_KEY_FILE) }
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  writeNew(folder, paths.privateKey, pair.privateKey, 0o600)
  writeNew(folder, paths.publicKey, pair.publicKey, 0o644)
  return paths
}

function writeNew(folder: string, path: string, text: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, text, { flag: 'wx', mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw new BundleError(`${path} cannot be written (${String(code)}).`)
    throw new BundleError(`${path} is there already and is kept: name another folder with --out.`)
  }
}

/** @throws BundleError when the file is no Ed25519 private key */
export function readPrivateKey(path: string): KeyObject {
  return readKey(path, createPrivateKey, 'private key')
}

/** @throws BundleError when the file is no Ed25519 public key */
export function readPublicKey(path: string): KeyObject {
  const pem = readPem(path)
  // @NOTE a public key can be read out of a private one; whoever hands that to the machine that checks has erred.
  if (pem.includes('PRIVATE KEY'))
    throw new BundleError(`${path} is the private key: give the public one, ${PUBLIC_KEY_FILE}.`)
  return readKey(path, createPublicKey, 'public key')
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new BundleError(`${path} cannot be read (${String((error as NodeJS.ErrnoException).code)}).`)
  }
}

function readKey(path: string, parse: (pem: string) => KeyObject, what: string): KeyObject {
  const pem = readPem(path)
  let key: KeyObject | undefined
  try {
    key = parse(pem)
  } catch {
    // Whatever OpenSSL says about it, the person needs the same sentence.
  }
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new BundleError(`${path} is no Ed25519 ${what}: make one with "guichet bundle keygen".`)
  return key
}

/** The detached signature of these bytes, 64 bytes long. */
export function signatureOf(bytes: Uint8Array, key: KeyObject): Buffer {
  return sign(null, bytes, key)
}

/** Whether the signature was made over exactly these bytes by the owner of the key. */
export function isSignedBy(bytes: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return verify(null, bytes, key, signature)
}
