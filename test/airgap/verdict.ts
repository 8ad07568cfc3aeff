import type { Attempt, Recording } from './recording.js'

/** The kernel's count of packets and connections that had no way out; null where it has no such protocol. */
export interface Counters {
  ipv4: number | null
  ipv6: number | null
}

/** Everything the instruments of one run say. */
export interface Evidence {
  /** By the name of what was recorded: the server, and each command beside it. */
  recordings: Record<string, Recording>
  before: Counters
  after: Counters
  /** Once more, after one deliberate packet by each protocol. */
  control: Counters
  /** Where the server said that it listens. */
  port: number
}

/** A run is clean when both are empty. */
export interface Verdict {
  /** One line for each try to leave or to reach another program of this machine, and for each counter that rose. */
  attempts: string[]
  /** What shows that an instrument was not working, so that its silence means nothing. */
  blind: string[]
}

/** How the address is written that the server listens on. */
const OWN_HOSTS = ['127.0.0.1', '[::ffff:127.0.0.1]']

/** Judges a run by both instruments; silence counts only from an instrument that has shown that it works. */
export function judge({ recordings, before, after, control, port }: Evidence): Verdict {
  const own = OWN_HOSTS.map((host) => `${host}:${port}`)
  const attempts = Object.entries(recordings).flatMap(([name, { attempts: found, loopback }]) =>
    [...found, ...loopback.filter(({ address }) => !own.includes(address))].map(
      (attempt) => `${name}: ${sentence(attempt)}`,
    ),
  )
  const blind = Object.entries(recordings).flatMap(([name, { ended, unended }]) => [
    ...(ended === 0 ? [`${name}: the recording does not reach the end of any process`] : []),
    ...unended.map((process) => `${name}: the recording does not reach the end of ${process}`),
  ])
  const server = recordings['server']
  if (server?.bound.includes(port) !== true)
    blind.push(`server: its listening on port ${port} was not recorded`)
  if ((server?.accepted ?? 0) === 0) blind.push('server: no connection that it accepted was recorded')

  for (const [name, protocol] of [
    ['ipv4', 'IPv4'],
    ['ipv6', 'IPv6'],
  ] as const) {
    const [first, last, knocked] = [before[name], after[name], control[name]]
    if (first === null || last === null || knocked === null) {
      // Only IPv6 may be missing: a kernel without it cannot send by it either.
      if (name === 'ipv4') blind.push('the kernel shows no counter of IPv4')
      continue
    }
    if (last > first) attempts.push(`kernel: ${last - first} × ${protocol} without a way out`)
    if (knocked <= last) blind.push(`the kernel did not count a deliberate packet by ${protocol}`)
  }
  return { attempts, blind }
}

function sentence({ process, call, address, outcome }: Attempt): string {
  return `${process} ${call} ${address} → ${outcome}`
}
