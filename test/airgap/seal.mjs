// Inside a room's fresh namespaces: what makes them a room. Plain JavaScript: Node runs it as it lies here.
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

const NO_IPV6 = '/proc/sys/net/ipv6/conf/all/disable_ipv6'
/** Names are asked of an address that is neither here nor routed (RFC 5737), so that asking is always seen. */
const RESOLVER = 'nameserver 192.0.2.53\noptions attempts:1 timeout:1\n'
const NAME_SERVICES = 'passwd: files\ngroup: files\nhosts: files dns\n'

/**
 * Brings up loopback, the only way there is, and puts this machine's own resolvers out of reach.
 * @param {string} folder where the files that are mounted over the machine's lie
 */
export function seal(folder) {
  // @NOTE switched off by a setting that namespaces may inherit, IPv6 would refuse without counting.
  if (existsSync(NO_IPV6)) writeFileSync(NO_IPV6, '0')
  must('ip', ['link', 'set', 'lo', 'up'])
  // @NOTE nscd answers for this machine's users as well, so who asks it tells nothing; with it gone, names are asked by DNS.
  for (const place of ['/run/nscd', '/var/run/nscd', '/var/db/nscd']) {
    if (existsSync(place)) must('mount', ['-t', 'tmpfs', 'none', place])
  }
  cover('/etc/resolv.conf', join(folder, 'resolv.conf'), RESOLVER)
  cover('/etc/nsswitch.conf', join(folder, 'nsswitch.conf'), NAME_SERVICES)
}

/**
 * A hatch: whoever connects at one side talks to the other. A Unix socket's file is in reach from every network namespace.
 * @param {import('node:net').ListenOptions} here
 * @param {import('node:net').NetConnectOpts} there
 * @returns {Promise<import('node:net').Server>} once it listens
 */
export function openHatch(here, there) {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...there, allowHalfOpen: true })
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(here, () => resolve(server))
  })
}

/**
 * @param {string} file
 * @param {string} ours
 * @param {string} content
 */
function cover(file, ours, content) {
  // @NOTE without it the C library asks 127.0.0.1, port 53, which the recording shows as well.
  if (!existsSync(file)) return
  writeFileSync(ours, content)
  must('mount', ['--bind', ours, file])
}

/**
 * @param {string} file
 * @param {string[]} args
 */
function must(file, args) {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed in the sealed room: ${stderr}`)
}
