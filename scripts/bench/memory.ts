import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Memory that a process holds (resident set), in MB of 1024². */
export interface Memory {
  now: number
  /** The most since the process began or `forgetPeak`. */
  peak: number
}

const KB_PER_MB = 1024
const SETTLE_EVERY_MS = 1000
const SETTLE_AT_MOST_MS = 20_000
/** Changes below this share from one second to the next count as settled. */
const STEADY_SHARE = 0.01
const STEADY_SECONDS = 3

/** What Linux tells of a process; undefined for none, and where there is no /proc. */
export async function memoryOf(pid: number | null | undefined): Promise<Memory | undefined> {
  if (pid === null || pid === undefined) return undefined
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '')
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  const [now, peak] = [field('VmRSS'), field('VmHWM')]
  if (now === undefined || peak === undefined) return undefined
  return { now: Number(now) / KB_PER_MB, peak: Number(peak) / KB_PER_MB }
}

/** From here on `peak` counts anew; where that is not allowed it goes on counting from the start of the process. */
export async function forgetPeak(pid: number | undefined): Promise<void> {
  if (pid === undefined) return
  // 5 resets VmHWM: see clear_refs in proc_pid_clear_refs(5).
  await writeFile(`/proc/${String(pid)}/clear_refs`, '5').catch(() => undefined)
}

/** Memory once it has stopped changing, or after 20 s. */
export async function settledMemory(pid: number | null | undefined): Promise<Memory | undefined> {
  let last = await memoryOf(pid)
  let steady = 0
  const deadline = performance.now() + SETTLE_AT_MOST_MS
  while (last !== undefined && steady < STEADY_SECONDS && performance.now() < deadline) {
    await wait(SETTLE_EVERY_MS)
    const next = await memoryOf(pid)
    const change = next === undefined ? 0 : Math.abs(next.now - last.now) / last.now
    steady = change < STEADY_SHARE ? steady + 1 : 0
    last = next
  }
  return last
}

/** What a data folder takes on the disk, in MB of 1024²; databases with their journals. */
export async function diskUse(dataDir: string): Promise<{ database: number; uploads: number }> {
  const sizes = async (folder: string, counts: (name: string) => boolean) => {
    const names = (await readdir(folder).catch((): string[] => [])).filter(counts)
    const bytes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
    return bytes.reduce((sum, size) => sum + size, 0) / 1024 ** 2
  }
  return {
    database: await sizes(dataDir, (name) => name.startsWith('appliance.db')),
    uploads: await sizes(join(dataDir, 'uploads'), () => true),
  }
}
