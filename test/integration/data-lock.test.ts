import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdDataFolder } from '#src/store/data-lock.js'

describe.skipIf(process.platform === 'win32')('the data folder', () => {
  let parent: string
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'guichet-data-'))
  })
  afterEach(() => rmSync(parent, { recursive: true, force: true }))

  const mode = (path: string) => statSync(path).mode & 0o777

  it('is made for this user alone', () => {
    const dir = join(parent, 'deep', 'data')
    holdDataFolder(dir)()
    expect(mode(dir)).toBe(0o700)
  })

  it('is closed to others where it was open', () => {
    const dir = join(parent, 'data')
    mkdirSync(dir)
    chmodSync(dir, 0o755)
    holdDataFolder(dir)()
    expect(mode(dir)).toBe(0o700)
  })
})
