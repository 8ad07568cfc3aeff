import { describe, expect, it } from 'vitest'
import { FetchPolicy, FetchPolicyError } from '#src/fetch-policy.js'

describe('without exceptions', () => {
  const policy = new FetchPolicy()

  it.each(['93.184.216.34', '2606:2800:220:1::1'])('%s is public', (address) => {
    expect(policy.allows('example.com', 443, address)).toBe(true)
    expect(policy.allows('example.com', 8443, address)).toBe(false)
  })

  it.each([
    ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '127.0.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...['0.1.2.3', '224.0.0.1', '255.255.255.255', '192.0.2.1', '198.18.0.1', '240.0.0.1'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fec0::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::127.0.0.1',
    ],
    ...['64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1', 'no address'],
    ...['168.63.129.16', '4000::1', '5f00::1', '3fff::1'],
  ])('%s is not', (address) => {
    expect(policy.allows('example.com', 443, address)).toBe(false)
  })
})

it('allows what the operator names, and nothing beside it', () => {
  const policy = new FetchPolicy([
    'wiki.local',
    'docs.local:8080',
    '10.1.0.0/16',
    '[fd00::1]:81',
    '192.168.0.9:82',
  ])
  expect(policy.allows('wiki.local', 80, '192.168.0.1')).toBe(true)
  expect(policy.allows('wiki.local', 8080, '192.168.0.1')).toBe(false)
  expect(policy.allows('docs.local', 8080, '127.0.0.1')).toBe(true)
  expect(policy.allows('docs.local', 80, '127.0.0.1')).toBe(false)
  expect(policy.allows('other.local', 443, '10.1.2.3')).toBe(true)
  expect(policy.allows('other.local', 443, '::ffff:10.1.2.3')).toBe(true)
  expect(policy.allows('other.local', 443, '10.2.2.3')).toBe(false)
  expect(policy.allows('fd00::1', 81, 'fd00::1')).toBe(true)
  expect(policy.allows('fd00::1', 80, 'fd00::1')).toBe(false)
  expect(policy.allows('any.local', 82, '192.168.0.9')).toBe(true)
  expect(policy.allowsPort('any.local', 82)).toBe(true)
  expect(policy.allowsPort('any.local', 8080)).toBe(false)
})

it.each(['http://wiki.local', 'wiki.local:0', 'wiki.local:70000', '10.0.0.0/40', 'a b', '*.local'])(
  'refuses the entry "%s"',
  (entry) => {
    expect(() => new FetchPolicy([entry])).toThrow(FetchPolicyError)
  },
)
