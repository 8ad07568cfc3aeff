// The kernel's counts inside a network namespace, and packets that must raise them. Only Node's own modules.
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'

/** Packets and connections that had no way out so far; null where the kernel has no such protocol. */
export function counters() {
  return {
    ipv4: counter('/proc/net/snmp', /^Ip: (.*)\nIp: (.*)$/m),
    ipv6: counter('/proc/net/snmp6', /^(Ip6OutNoRoutes)\s+(\d+)$/m),
  }
}

/** One packet to outside by each protocol, which the counters must show. */
export async function knock() {
  await Promise.all([send('udp4', '192.0.2.1'), send('udp6', '2001:db8::1')])
}

/**
 * @param {string} file
 * @param {RegExp} table names and values
 */
function counter(file, table) {
  try {
    const [, names = '', values = ''] = table.exec(readFileSync(file, 'utf8')) ?? []
    const at = names.split(' ').findIndex((name) => name.endsWith('OutNoRoutes'))
    return at < 0 ? null : Number(values.split(' ')[at])
  } catch {
    return null
  }
}

/**
 * @param {'udp4' | 'udp6'} type
 * @param {string} address
 */
function send(type, address) {
  return new Promise((resolve) => {
    const socket = createSocket(type)
    const done = () => {
      socket.close()
      resolve(undefined)
    }
    socket.once('error', done).send('?', 9, address, done)
  })
}
