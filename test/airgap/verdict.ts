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
  /** One line for each try to leave, and for each counter that rose. */
  attempts: string[]
  /** What shows that an instrument was not working, so that its silence means nothing. */
  blind: string[]
}

/** Judges a run by both instruments; silence counts only from an instrument that has shown that it works. */
export function judge({ recordings, before, after, control, port }: Evidence): Verdict {
  const attempts = Object.entries(recordings).flatMap(([name, { attempts: found }]) =>
    found.map((attempt) => `${name}: ${sentence(attempt)}`),
  )
  const blind = Object.entries(recordings)
    .filter(([, { ended }]) => ended === 0)
    .map(([name]) => `${name}: the recording does not reach the end of any process`)
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
