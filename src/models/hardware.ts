import { execFile } from 'node:child_process'
import { totalmem } from 'node:os'
import { promisify } from 'node:util'
import { usableCores } from '../cores.js'
import type { ChatEntry } from './manifest.js'

/** What decides how large a model this machine can run. */
export interface Hardware {
  ramGb: number
  cores: number
  /** Graphics memory of the largest NVIDIA card; 0 without one. */
  vramGb: number
  /** That card's name. */
  gpu: string | null
}

const GIB = 1024 ** 3
const PROBE_MS = 3000

/** Looks at this machine; takes at most three seconds and never fails. */
export async function detectHardware(): Promise<Hardware> {
  const card = await largestCard()
  return {
    ramGb: Math.min(totalmem(), containerMemory()) / GIB,
    cores: usableCores(),
    vramGb: card?.vramGb ?? 0,
    gpu: card?.name ?? null,
  }
}

/** Whether a model runs at a speed that visitors bear: on the graphics card, or else on the processor. */
export function suits(entry: ChatEntry, hardware: Hardware): boolean {
  const { needs } = entry
  if (hardware.vramGb >= needs.vramGb) return true
  return hardware.ramGb >= needs.ramGb && hardware.cores >= needs.cores
}

/** What a container is bounded to, in bytes. */
function containerMemory(): number {
  const bound = process.constrainedMemory()
  return bound > 0 ? bound : Infinity
}

async function largestCard(): Promise<{ name: string; vramGb: number } | undefined> {
  const query = ['--query-gpu=memory.total,name', '--format=csv,noheader,nounits']
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: PROBE_MS })
    return parseCards(stdout).sort((a, b) => b.vramGb - a.vramGb)[0]
  } catch {
    // @NOTE no such program, no driver, no answer: all mean that there is no card to use.
    return undefined
  }
}

/** Reads `nvidia-smi --query-gpu=memory.total,name --format=csv,noheader,nounits`: MiB and name on each line. */
export function parseCards(csv: string): { name: string; vramGb: number }[] {
  return csv.split('\n').flatMap((line) => {
    const [, mebibytes, name] = /^\s*(\d+)\s*,\s*(.+?)\s*$/.exec(line) ?? []
    return mebibytes === undefined || name === undefined ? [] : [{ name, vramGb: Number(mebibytes) / 1024 }]
  })
}
