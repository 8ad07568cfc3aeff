import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { usableCores } from '#src/cores.js'

describe('the processors that may be kept busy', () => {
  let group: string
  beforeEach(() => {
    group = mkdtempSync(join(tmpdir(), 'guichet-cgroup-'))
  })
  afterEach(() => rmSync(group, { recursive: true }))

  function says(files: Record<string, string>): number {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(group, name)), { recursive: true })
      writeFileSync(join(group, name), `${text}\n`)
    }
    return usableCores(group)
  }

  it('are those of the machine without a bound', () => {
    expect(says({})).toBe(availableParallelism())
    expect(says({ 'cpu.max': 'max 100000' })).toBe(availableParallelism())
  })

  it('are as many as a container is given, and never none', () => {
    expect(says({ 'cpu.max': '100000 100000' })).toBe(1)
    expect(says({ 'cpu.max': '50000 100000' })).toBe(1)
    expect(says({ 'cpu.max': '1000000000 100000' })).toBe(availableParallelism())
  })

  it('are bounded by the older kind of control groups too', () => {
    expect(says({ 'cpu/cpu.cfs_quota_us': '100000', 'cpu/cpu.cfs_period_us': '100000' })).toBe(1)
    expect(says({ 'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.cfs_period_us': '100000' })).toBe(
      availableParallelism(),
    )
  })
})
