import { describe, expect, it } from 'vitest'
import { judge, type Evidence } from '../../airgap/verdict.js'

const SERVER = { attempts: [], loopback: [], bound: [8080], accepted: 3, ended: 9, unended: [] }
const NOTHING = { attempts: [], loopback: [], bound: [], accepted: 0, ended: 0, unended: [] }
const ZERO = { ipv4: 0, ipv6: 0 }
const QUIET: Evidence = {
  recordings: { server: SERVER, 'command 1': { ...NOTHING, ended: 1 } },
  before: ZERO,
  after: ZERO,
  control: { ipv4: 1, ipv6: 1 },
  port: 8080,
}
const CLEAN = { attempts: [], blind: [] }

describe('a run', () => {
  it('is clean when both instruments work and are silent', () => {
    expect(judge(QUIET)).toEqual(CLEAN)
  })

  it('is not when any of its programs tried to leave', () => {
    const attempt = { process: '7<sh>', call: 'connect', address: '192.0.2.1:80', outcome: 'ENETUNREACH' }
    const command = { ...NOTHING, ended: 1, attempts: [attempt] }
    expect(judge({ ...QUIET, recordings: { server: SERVER, doctor: command } })).toEqual({
      attempts: ['doctor: 7<sh> connect 192.0.2.1:80 → ENETUNREACH'],
      blind: [],
    })
  })

  it.each(['127.0.0.1:4318', '127.0.0.1:3128', '[::1]:8080', '127.0.0.2:8080'])(
    'is not when it talks to %s, which is not the server',
    (address) => {
      const told = { process: '7<node>', call: 'connect', address, outcome: 'EINPROGRESS' }
      const own = { ...told, address: '127.0.0.1:8080' }
      const server = { ...SERVER, loopback: [own, told] }
      expect(judge({ ...QUIET, recordings: { server } })).toEqual({
        attempts: [`server: 7<node> connect ${address} → EINPROGRESS`],
        blind: [],
      })
    },
  )

  it('is not when the kernel alone noticed', () => {
    const { attempts } = judge({ ...QUIET, after: { ipv4: 0, ipv6: 2 }, control: { ipv4: 1, ipv6: 3 } })
    expect(attempts).toEqual(['kernel: 2 × IPv6 without a way out'])
  })
})

describe('a silent instrument', () => {
  it('is blind when it has recorded nothing', () => {
    expect(judge({ ...QUIET, recordings: { server: NOTHING } }).blind).toHaveLength(3)
    expect(judge({ ...QUIET, recordings: {} }).blind).toHaveLength(2)
  })

  it('is blind when a command beside the server was not recorded to its end', () => {
    expect(judge({ ...QUIET, recordings: { server: SERVER, doctor: NOTHING } }).blind).toHaveLength(1)
  })

  it('is blind when a recording stops before a process of it does', () => {
    expect(judge({ ...QUIET, recordings: { server: { ...SERVER, unended: ['7<node>'] } } }).blind).toEqual([
      'server: the recording does not reach the end of 7<node>',
    ])
  })

  it('is blind when it does not count a deliberate packet', () => {
    expect(judge({ ...QUIET, control: ZERO }).blind).toHaveLength(2)
  })

  it('is blind without IPv4, but a kernel may lack IPv6', () => {
    const without = (name: 'ipv4' | 'ipv6') => {
      const of = (counters: Evidence['before']) => ({ ...counters, [name]: null })
      return judge({ ...QUIET, before: of(QUIET.before), after: of(QUIET.after), control: of(QUIET.control) })
    }
    expect(without('ipv4').blind).toHaveLength(1)
    expect(without('ipv6')).toEqual(CLEAN)
  })
})
