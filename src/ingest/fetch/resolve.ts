import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { ExtractionError } from '../extract/extraction.js'
import type { FetchPolicy } from '../../fetch-policy.js'

/** An address of a host. */
export interface Address {
  address: string
  family: number
}

/** Asks for a host's addresses. */
export type Resolver = (host: string) => Promise<Address[]>

/** The machine's own way of resolving names. */
export const systemResolver: Resolver = (host) => lookup(host, { all: true })

/** The host of a URL as names and addresses are written elsewhere: without brackets, without the root's dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** The port that a URL means. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

/**
 * The addresses of a URL's host, asked for once and all of them checked: nothing else may be connected to for it.
 * @throws ExtractionError saying why it may not, or cannot, be fetched.
 */
export async function checkedAddresses(
  url: URL,
  policy: FetchPolicy,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<Address[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ExtractionError(`Only http and https pages are fetched, not "${url.protocol.slice(0, 40)}".`)
  if (url.username !== '' || url.password !== '')
    throw new ExtractionError('A URL with a user name or password in it is not fetched.')
  const host = hostOf(url)
  const port = portOf(url)
  if (!policy.allowsPort(host, port)) {
    throw new ExtractionError(
      `Port ${String(port)} of ${host} is not fetched from: only 80 and 443 are, and what FETCH_ALLOW names.`,
    )
  }
  const addresses = await addressesOf(host, resolver, signal)
  // @NOTE one address that is refused refuses the host: names that mean several things are how guards are tricked.
  const refused = addresses.find(({ address }) => !policy.allows(host, port, address))
  if (refused !== undefined) {
    throw new ExtractionError(
      `${host} is at ${refused.address}, which is not a public address; the operator can allow it with FETCH_ALLOW.`,
    )
  }
  return addresses
}

async function addressesOf(host: string, resolver: Resolver, signal: AbortSignal): Promise<Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const addresses = await untilAborted(
    resolver(host).catch((error: unknown) => {
      throw new ExtractionError(`The host ${host} cannot be found.`, { cause: error })
    }),
    signal,
  )
  if (addresses.length === 0) throw new ExtractionError(`The host ${host} has no address.`)
  return addresses
}

/** A name server that does not answer is not waited for any longer than the signal says. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}
