import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { announcedHash } from '#src/models/checksum-headers.js'

const hash = createHash('sha256').update('model')
const hex = hash.copy().digest('hex')
const base64 = hash.copy().digest('base64')

describe('announcedHash', () => {
  it.each([
    ['x-linked-etag', `"${hex}"`],
    ['x-checksum-sha256', hex.toUpperCase()],
    ['etag', `W/"${hex}"`],
    ['repr-digest', `sha-512=:AAAA:, sha-256=:${base64}:`],
    ['digest', `SHA-256=${base64}`],
  ])('reads %s', (name, value) => {
    expect(announcedHash(new Headers({ [name]: value }))).toBe(hex)
  })

  it.each([
    ['etag', '"5d41402abc4b2a76b9719d911017c592"'],
    ['digest', 'md5=XUFAKrxLKna5cZ2REBfFkg=='],
    ['x-checksum-sha256', 'none'],
  ])('takes nothing else for one: %s %s', (name, value) => {
    expect(announcedHash(new Headers({ [name]: value }))).toBeUndefined()
  })
})
