/** Something a recorded program did that would have left the machine, or asked for a name. */
export interface Attempt {
  /** Name and id of the process or thread. */
  process: string
  call: string
  /** Where to, as the program said it. */
  address: string
  /** What the kernel answered: an error's name, or the call's value. */
  outcome: string
}

/** What one recorder wrote down. */
export interface Recording {
  attempts: Attempt[]
  /** What went to this machine's loopback; who listens there may pass it on. */
  loopback: Attempt[]
  /** Ports of this machine's loopback that were bound. */
  bound: number[]
  /** Connections that were accepted. */
  accepted: number
  /** Processes and threads whose end was seen. */
  ended: number
  /** Those that were seen, and their end was not: the recording stops before they did. */
  unended: string[]
}

interface Call {
  process: string
  name: string
  text: string
}

const SENDING = ['connect', 'sendto', 'sendmsg', 'sendmmsg']
/** DNS, DNS over TLS, mDNS, LLMNR: asking for a name, even when the one asked is on this machine. */
const NAME_PORTS = [53, 853, 5353, 5355]
/**
 * The one Unix socket that is asked: for users too, and by every shell. Where nobody is there, a name goes on to DNS,
 * which is seen. Whoever owns another may pass on what it is told.
 */
const ABSENT_NSCD = /sun_path="\/(?:var\/)?run\/nscd\/socket"\}.*= -1 (?:ENOENT|ECONNREFUSED)/
const STRINGS = /(inet_addr\(|inet_pton\(AF_INET6, |sun_path=@?)?"(?:[^"\\]|\\.)*"/g
/** Names that strace could not follow, or has cut short. */
const UNREADABLE = /msg_name=0x|\[\.\.\.|, \.\.\.\]/

/** Reads what strace wrote (`-f -q -v --decode-pids=comm`); lines that belong together are joined first. */
export function readRecording(log: string): Recording {
  const recording: Recording = {
    attempts: [],
    loopback: [],
    bound: [],
    accepted: 0,
    ended: 0,
    unended: unendedIn(log),
  }
  for (const call of callsOf(log)) {
    if (call.name === '+++') recording.ended += 1
    else if (call.name.startsWith('accept')) recording.accepted += outcomeOf(call).startsWith('E') ? 0 : 1
    else if (call.name === 'bind') noteBind(call, recording)
    else if (SENDING.includes(call.name)) noteSent(call, recording)
  }
  return recording
}

/** By their ids: a process may take another name. */
function unendedIn(log: string): string[] {
  const living = new Map<string, string>()
  for (const line of log.split('\n')) {
    const [, id, name = ''] = /^(\d+)(<.*?>)? /.exec(line) ?? []
    if (id === undefined) continue
    if (/^\d+(?:<.*?>)? +\+\+\+ /.test(line)) living.delete(id)
    else living.set(id, `${id}${name}`)
  }
  return [...living.values()]
}

function* callsOf(log: string): Generator<Call> {
  const unfinished = new Map<string, Call>()
  for (const line of log.split('\n')) {
    const [, process = '', rest = ''] = /^(\d+(?:<.*?>)?) +(.*)$/.exec(line) ?? []
    const [, resumed, end = ''] = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest) ?? []
    const [, begun] = /^(\w+\(.*?) *<unfinished \.\.\.>$/.exec(rest) ?? []
    if (begun !== undefined) unfinished.set(process, callOf(process, begun))
    else if (resumed !== undefined) {
      const start = unfinished.get(process)
      unfinished.delete(process)
      yield callOf(process, `${start?.text ?? `${resumed}(`}${end}`)
    } else if (rest !== '') yield callOf(process, rest)
  }
  // What was begun was begun, even when the process did not live to hear the answer.
  yield* unfinished.values()
}

/** Without what was sent, in which anything may stand. */
function callOf(process: string, text: string): Call {
  const bare = text.replace(STRINGS, (whole, kept?: string) => (kept === undefined ? '""' : whole))
  return { process, name: /^\w+|^\S+/.exec(text)?.[0] ?? '', text: bare }
}

function outcomeOf({ text }: Call): string {
  return /\) += (?:-1 )?(\S+)[^=]*$/.exec(text)?.[1] ?? 'no answer'
}

function noteBind(call: Call, recording: Recording): void {
  for (const address of addressesOf(call.text)) {
    const { family, host, port } = partsOf(address)
    if (!['AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK'].includes(family))
      recording.attempts.push(attempt(call, address))
    else if (isLoopback(host) && outcomeOf(call) === '0') recording.bound.push(port)
  }
}

function noteSent(call: Call, recording: Recording): void {
  const addresses = addressesOf(call.text)
  const unclear = UNREADABLE.test(call.text) || (addresses.length === 0 && !namesNothing(call))
  for (const address of addresses) {
    const { host, port } = partsOf(address)
    if (isLoopback(host) && !NAME_PORTS.includes(port)) recording.loopback.push(attempt(call, address))
    else if (!staysHere(call, address)) recording.attempts.push(attempt(call, address))
  }
  if (unclear) recording.attempts.push(attempt(call, 'an address that cannot be read'))
}

/** A message on a connected socket has no address of its own; the call that connected it had. */
function namesNothing({ name, text }: Call): boolean {
  return name === 'sendto' ? /, NULL, 0(?:\)|$)/.test(text) : text.includes('msg_name=NULL')
}

function addressesOf(text: string): string[] {
  return text.match(/\{sa_family=(?:\{[^}]*\}|"(?:[^"\\]|\\.)*"|[^}"])*\}/g) ?? []
}

function partsOf(address: string) {
  const family = /sa_family=(\w+)/.exec(address)?.[1] ?? ''
  const host = /(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"/.exec(address)?.[1] ?? ''
  const port = Number(/port=htons\((\d+)\)/.exec(address)?.[1] ?? 0)
  const path = /sun_path=(@?)"((?:[^"\\]|\\.)*)"/.exec(address)
  // @NOTE libuv fills the name of an abstract socket up with zeros.
  const name = path ? `${path[1] ?? ''}${(path[2] ?? '').replace(/(?:\\0)+$/, '')}` : ''
  return { family, host, port, path: name }
}

function staysHere({ name, text }: Call, address: string): boolean {
  const { family, path } = partsOf(address)
  switch (family) {
    case 'AF_UNIX':
      // Without a name it leads nowhere.
      return path === '' || ABSENT_NSCD.test(text)
    case 'AF_NETLINK':
      return true
    case 'AF_UNSPEC':
      // It takes a connection back; but a datagram that is sent with it goes to an IPv4 address.
      return name === 'connect'
    default:
      return false
  }
}

/** @NOTE 0.0.0.0 and :: mean this machine on Linux; the product has no reason to use them, so they are told. */
function isLoopback(host: string): boolean {
  return /^(?:::ffff:)?127(?:\.\d+){3}$/.test(host) || host === '::1'
}

function attempt(call: Call, address: string): Attempt {
  const { family, host, port, path } = partsOf(address)
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const shown = host !== '' ? place : path !== '' ? path : family !== '' ? `${family} ${address}` : address
  return { process: call.process, call: call.name, address: shown, outcome: outcomeOf(call) }
}
