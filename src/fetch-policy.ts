import ipaddr from 'ipaddr.js'

/** The ports of the web; others must be allowed by name. */
const WEB_PORTS = [80, 443]

/** One entry of the operator's list: a host or a range of addresses, on one port or on those of the web. */
interface Exception {
  host?: string
  range?: [ipaddr.IPv4 | ipaddr.IPv6, number]
  port?: number
}

/** An entry of the list of exceptions that is none. Its message names it. */
export class FetchPolicyError extends Error {
  override readonly name = 'FetchPolicyError'
}

/** What may be connected to: public addresses on the ports of the web, and what the operator has allowed besides. */
export class FetchPolicy {
  readonly #exceptions: Exception[]

  /**
   * @param allowed entries `host`, `host:port`, `address`, `[v6 address]:port` or `address/bits`. A host is allowed
   * whatever its address is; without a port, on 80 and 443.
   * @throws FetchPolicyError for an entry that is none of these.
   */
  constructor(allowed: readonly string[] = []) {
    this.#exceptions = allowed.map(readException)
  }

  /** Whether some address could be allowed on this port, so that it is worth asking for the host's addresses. */
  allowsPort(host: string, port: number): boolean {
    return (
      WEB_PORTS.includes(port) ||
      this.#exceptions.some((one) => one.port === port && (one.host === undefined || one.host === host))
    )
  }

  /** Whether this address, to which the host was resolved, may be connected to on this port. */
  allows(host: string, port: number, address: string): boolean {
    if (!ipaddr.isValid(address)) return false
    // IPv4 inside of IPv6 is judged as what it is.
    const parsed = ipaddr.process(address)
    if (WEB_PORTS.includes(port) && isPublic(parsed)) return true
    return this.#exceptions.some(
      (one) =>
        (one.port === undefined ? WEB_PORTS.includes(port) : one.port === port) &&
        (one.host === host || (one.range !== undefined && isWithin(parsed, one.range))),
    )
  }
}

/** Everything that is not plainly an address of the public internet is none, whatever it is reserved for. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || NOT_PUBLIC.some((range) => isWithin(address, range))) return false
  return address.kind() === 'ipv4' || isWithin(address, GLOBAL_V6)
}

/** What ipaddr.js counts as unicast: documentation, and the address of Azure's host agent. */
const NOT_PUBLIC = ['3fff::/20', '168.63.129.16/32'].map((range) => ipaddr.parseCIDR(range))
/** All of IPv6 that is given out: https://www.iana.org/assignments/ipv6-address-space. */
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3')

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [base, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number]) {
  return address.kind() === base.kind() && address.match(base, bits)
}

const HOST = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/

function readException(entry: string): Exception {
  const refused = () =>
    new FetchPolicyError(
      `"${entry}" must be a host, host:port, an address or a range such as "wiki.example.com", "wiki.local:8080" or "10.0.0.0/8"`,
    )
  const bare = entry.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  if (ipaddr.isValidCIDR(bare)) return { range: ipaddr.parseCIDR(bare) }
  if (isAddress(bare)) return { range: whole(bare) }
  const [, name = '', digits] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(entry.toLowerCase()) ?? []
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) throw refused()
  const host = name.replace(/^\[(.*)\]$/, '$1')
  const place = isAddress(host) ? { range: whole(host) } : HOST.test(host) ? { host } : undefined
  if (place === undefined) throw refused()
  return { ...place, ...(port !== undefined && { port }) }
}

function isAddress(text: string): boolean {
  return ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text)
}

function whole(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = ipaddr.process(address)
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128]
}
