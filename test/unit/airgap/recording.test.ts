import { describe, expect, it } from 'vitest'
import { readRecording } from '../../airgap/recording.js'

const OUTSIDE =
  '21<node> connect(19, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16'
const addresses = (...lines: string[]) =>
  readRecording(lines.join('\n')).attempts.map(({ address }) => address)

/** A connect to an address, as strace writes it. */
const connect = (address: string, outcome = '0') => `21<node> connect(19, ${address}, 16) = ${outcome}`
const ipv4 = (host: string, port = 80) =>
  connect(`{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${host}")}`)
const ipv6 = (host: string, port = 80) =>
  connect(
    `{sa_family=AF_INET6, sin6_port=htons(${port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "${host}", &sin6_addr), sin6_scope_id=0}`,
  )

describe('an attempt', () => {
  it('is told with its process, address and outcome', () => {
    expect(readRecording(`${OUTSIDE}) = -1 ENETUNREACH (Network is unreachable)\n`).attempts).toEqual([
      { process: '21<node>', call: 'connect', address: '192.0.2.1:443', outcome: 'ENETUNREACH' },
    ])
  })

  it('is one, though another thread came between its two lines', () => {
    const log = [
      `${OUTSIDE} <unfinished ...>`,
      '22<npm start> <... accept4 resumed>NULL, NULL, SOCK_CLOEXEC) = 30',
      '21<node> <... connect resumed>)         = -1 EINPROGRESS (Operation now in progress)',
    ]
    expect(readRecording(log.join('\n')).attempts).toMatchObject([
      { address: '192.0.2.1:443', outcome: 'EINPROGRESS' },
    ])
  })

  it('counts though its process did not live to hear the answer', () => {
    expect(readRecording(`${OUTSIDE} <unfinished ...>\n21<node> +++ killed by SIGKILL +++`)).toMatchObject({
      attempts: [{ address: '192.0.2.1:443', outcome: 'no answer' }],
      ended: 1,
    })
  })

  it.each(['::ffff:8.8.8.8', '2001:db8::1', 'fe80::1', '::'])('is a connection to %s', (host) => {
    expect(addresses(ipv6(host))).toEqual([`[${host}]:80`])
  })

  it.each(['8.8.8.8', '0.0.0.0', '10.0.0.1', '224.0.0.251', '128.0.0.1'])('is one to %s', (host) => {
    expect(addresses(ipv4(host))).toEqual([`${host}:80`])
  })

  it.each([53, 853, 5353, 5355])('is a question for a name on this machine, port %i', (port) => {
    expect(addresses(ipv4('127.0.0.53', port), ipv6('::1', port))).toHaveLength(2)
  })

  it('is a question to nscd that was heard', () => {
    const path = '/var/run/nscd/socket'
    expect(addresses(connect(`{sa_family=AF_UNIX, sun_path="${path}"}`))).toEqual([path])
  })

  it.each([
    '/run/systemd/resolve/io.systemd.Resolve',
    '/run/avahi-daemon/socket',
    '/run/dbus/system_bus_socket',
    '/tmp/telemetry.sock',
    '/tmp/nscd/socket',
    '@telemetry',
  ])('is a question to %s, there or not', (path) => {
    const [, at = '', name = ''] = /^(@?)(.*)$/.exec(path) ?? []
    const socket = `{sa_family=AF_UNIX, sun_path=${at}"${name}"}`
    expect(addresses(connect(socket), connect(socket, '-1 ECONNREFUSED (Connection refused)'))).toEqual([
      path,
      path,
    ])
  })

  it('is a question to an abstract Unix socket, however far its name is filled up', () => {
    expect(addresses(connect('{sa_family=AF_UNIX, sun_path=@"telemetry\\0\\0\\0"}'))).toEqual(['@telemetry'])
  })

  it('is every message to outside in a batch, and the one that is sent without connecting', () => {
    const name = (host: string) =>
      `msg_name={sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("${host}")}, msg_namelen=16`
    const batch = `21<node> sendmmsg(20, [{msg_hdr={${name('127.0.0.1')}}}, {msg_hdr={${name('192.0.2.7')}}}], 2, 0) = 2`
    const single = `21<node> sendmsg(20, {${name('192.0.2.8')}, msg_iov=[{iov_base="x", iov_len=1}]}, 0) = 1`
    expect(addresses(batch, single)).toEqual(['192.0.2.7:9', '192.0.2.8:9'])
    expect(readRecording(batch).loopback.map(({ address }) => address)).toEqual(['127.0.0.1:9'])
  })

  it('is what cannot be read', () => {
    const unreadable = [
      connect('0x7ffc0', '-1 EFAULT (Bad address)'),
      '21<node> sendto(20, "x", 1, 0, 0x7ffc0, 16) = 1',
      '21<node> sendmmsg(20, [...], 4, 0) = 4',
      '21<node> sendmsg(20, 0x7ffc0, 0) = -1 EFAULT (Bad address)',
      '21<node> sendmmsg(20, [{msg_hdr={msg_name=NULL}}, {msg_hdr={msg_name=0x7ffc0}}], 2, 0) = 2',
    ]
    expect(addresses(...unreadable)).toHaveLength(5)
  })

  it('is another kind of network, also where it is only bound', () => {
    const packet = '{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ALL), sll_ifindex=1}'
    expect(addresses(`21<node> bind(20, ${packet}, 20) = 0`, connect(packet))).toHaveLength(2)
  })

  it('is a datagram with an unspecified family, which the kernel takes for IPv4', () => {
    const sent =
      '21<node> sendto(20, "x", 1, 0, {sa_family=AF_UNSPEC, sa_data="\\0\\t\\300\\0\\2\\1"}, 16) = 1'
    expect(addresses(sent)).toHaveLength(1)
  })
})

describe('no attempt', () => {
  it.each([
    ['a Unix socket without a name', connect('{sa_family=AF_UNIX}')],
    [
      'nscd that is not there',
      connect(
        '{sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}',
        '-1 ENOENT (No such file or directory)',
      ),
    ],
    [
      'the kernel’s own sockets',
      '19<npm> sendto(17, [{nlmsg_len=20}, {ifi_family=AF_UNSPEC, ...}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20',
    ],
    ['a connection taken back', connect('{sa_family=AF_UNSPEC, sa_data="\\0\\0"}')],
    ['a message on a connected socket', '21<node> sendto(20, "x", 1, MSG_NOSIGNAL, NULL, 0) = 1'],
    [
      'a message with no name',
      '21<node> sendmsg(20, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}]}, 0) = 1',
    ],
    [
      'an address in what is sent',
      '21<node> sendto(20, "{sa_family=AF_INET, sin_addr=inet_addr(\\"8.8.8.8\\")}", 51, 0, NULL, 0) = 51',
    ],
    ['a signal', '31<node> --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=42} ---'],
  ])('is %s', (_what, line) => {
    expect(addresses(line)).toEqual([])
  })
})

describe('what goes to loopback', () => {
  it.each([
    ['127.0.0.1:4318', ipv4('127.0.0.1', 4318)],
    ['127.8.0.2:8080', ipv4('127.8.0.2', 8080)],
    ['[::1]:3128', ipv6('::1', 3128)],
    ['[::ffff:127.0.0.1]:8080', ipv6('::ffff:127.0.0.1', 8080)],
  ])('is noted apart: %s', (address, line) => {
    const { attempts, loopback } = readRecording(line)
    expect({ attempts, loopback: loopback.map((each) => each.address) }).toEqual({
      attempts: [],
      loopback: [address],
    })
  })
})

it('notes whose end it does not reach', () => {
  const log = [
    '31<npm> bind(18, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 0',
    '32<node> connect(19, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16 <unfinished ...>',
    '33<sh> +++ exited with 0 +++',
    '31<npm start> +++ exited with 0 +++',
  ]
  expect(readRecording(log.join('\n'))).toMatchObject({ ended: 2, unended: ['32<node>'] })
})

it('notes what shows that it was recording', () => {
  const log = [
    '31<node> bind(25, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
    '31<node> bind(26, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EADDRINUSE (Address already in use)',
    '31<node> accept4(25, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 28',
    '31<node> accept4(25, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = -1 EAGAIN (Resource temporarily unavailable)',
    '31<node> +++ exited with 0 +++',
  ]
  expect(readRecording(log.join('\n'))).toEqual({
    attempts: [],
    loopback: [],
    bound: [8080],
    accepted: 1,
    ended: 1,
    unended: [],
  })
})
