import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { usableCores } from '../cores.js'
import { detectHardware } from '../models/hardware.js'
import type { Finding } from './finding.js'

const GIB = 1024 ** 3
/** Enough for the models a small machine runs, and a database. */
const ENOUGH_DISK = GIB
const OLDEST_NODE = [20, 19] as const
const VULKAN_DRIVERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d']
const PROBE_MS = 3000

/** Whether this Node is one the appliance runs on. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const good = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  return {
    subject: 'Node',
    status: good ? 'good' : 'bad',
    text: good ? `${version}.` : `${version} is too old; install Node ${OLDEST_NODE.join('.')} or newer.`,
  }
}

/** Whether better-sqlite3 can be compiled here. What is compiled already needs no compiler. */
export async function checkCompiler(): Promise<Finding> {
  const tools = { 'a C++ compiler': ['c++', 'g++', 'clang++'], make: ['make', 'gmake'], python3: ['python3'] }
  const missing: string[] = []
  for (const [tool, names] of Object.entries(tools)) {
    const found = await Promise.all(names.map(answers))
    if (!found.includes(true)) missing.push(tool)
  }
  if (missing.length === 0)
    return { subject: 'Compiler', status: 'good', text: 'C++, make and python3 are here.' }
  return {
    subject: 'Compiler',
    status: 'note',
    text: `${missing.join(', ')} missing: the next install needs them (on Debian: apt-get install -y g++ make python3).`,
  }
}

async function answers(program: string): Promise<boolean> {
  return promisify(execFile)(program, ['--version'], { timeout: PROBE_MS }).then(
    () => true,
    () => false,
  )
}

/** Whether the processor has what makes llama.cpp and onnxruntime quick. */
export async function checkCpu(cpuInfo = '/proc/cpuinfo'): Promise<Finding> {
  const cores = `${usableCores()} cores`
  const text = await readFile(cpuInfo, 'utf8').catch(() => '')
  const flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/)
  if (flags === undefined) return { subject: 'Processor', status: 'good', text: `${cores}, ${process.arch}.` }
  const fast = ['avx2', 'avx512f', 'f16c', 'fma'].filter((flag) => flags.includes(flag))
  if (flags.includes('avx2')) {
    return { subject: 'Processor', status: 'good', text: `${cores} with ${fast.join(', ')}.` }
  }
  return {
    subject: 'Processor',
    status: 'note',
    text: `${cores} without AVX2: written replies will be slow; in a virtual machine, pass the host's processor through.`,
  }
}

/** Which graphics card could compute. */
export async function checkGpu(): Promise<Finding> {
  const { gpu, vramGb } = await detectHardware()
  if (gpu !== null) {
    return { subject: 'Graphics', status: 'good', text: `${gpu}, ${vramGb.toFixed(0)} GiB (CUDA).` }
  }
  const drivers = await Promise.all(VULKAN_DRIVERS.map((folder) => readdir(folder).catch(() => [])))
  return drivers.flat().length > 0
    ? { subject: 'Graphics', status: 'good', text: 'A Vulkan driver is installed.' }
    : {
        subject: 'Graphics',
        status: 'note',
        text: 'No graphics card found: everything runs on the processor.',
      }
}

/** Whether the folders written to have room. */
export async function checkDisk(folders: string[]): Promise<Finding[]> {
  return Promise.all(
    folders.map(async (folder) => {
      const { bavail, bsize } = await statfs(nearest(folder))
      const free = bavail * bsize
      const enough = free >= ENOUGH_DISK
      const room = `${(free / GIB).toFixed(1)} GiB free for ${folder}`
      const text = enough ? `${room}.` : `Only ${room}: free some space.`
      return { subject: 'Disk', status: enough ? 'good' : 'bad', text } satisfies Finding
    }),
  )
}

/** The folder itself or the closest one above it that exists. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder))
}
