import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/**
 * Processors that this process may keep busy, at least 1. A container's bound (`--cpus`) counts, which Node overlooks:
 * with a thread for each of the machine's processors, llama.cpp's threads would wait for each other most of the time.
 */
export function usableCores(cgroup = '/sys/fs/cgroup'): number {
  const bound = Math.floor(quota(cgroup) ?? Infinity)
  return Math.max(1, Math.min(availableParallelism(), bound))
}

/** Processors' worth of time that a control group grants, of the newer kind of groups or the older. */
function quota(cgroup: string): number | undefined {
  const [granted, period] =
    read(cgroup, 'cpu.max')?.split(' ') ??
    ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => read(cgroup, `cpu/${name}`))
  const share = Number(granted) / Number(period)
  // "max" of the newer kind, -1 of the older: no bound.
  return share > 0 ? share : undefined
}

function read(cgroup: string, name: string): string | undefined {
  try {
    return readFileSync(join(cgroup, name), 'utf8').trim()
  } catch {
    return undefined
  }
}
