import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Base, layers and images stay here between runs, because the first build takes minutes. */
export const CACHE = join(ROOT, '.cache/image')
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const OUTPUT_BYTES = 64 * 1024 ** 2

/** What a program said, and its exit status. */
export interface Said {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program with the engine's settings; a failure is an answer like any other. */
export function attempt(program: string, args: string[], limitMs = 60_000): Promise<Said> {
  return new Promise((resolve) => {
    const options = { env: environment(), timeout: limitMs, maxBuffer: OUTPUT_BYTES }
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = error ? (child.exitCode ?? -1) : 0
      resolve({ code, stdout, stderr: error && stderr === '' ? error.message : stderr })
    })
  })
}

/** The same, where failing is not expected; what it printed. */
export async function command(program: string, args: string[], limitMs?: number): Promise<string> {
  const { code, stdout, stderr } = await attempt(program, args, limitMs)
  if (code === 0) return stdout.trim()
  throw new Error(
    `${program} ${args.join(' ')} ended with ${code}:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`,
  )
}

/** Mounts that let a build use this machine's npm settings without a trace of them in the image. */
export async function buildMounts(): Promise<string[]> {
  const file = join(CACHE, 'npmrc')
  const trust = existsSync(CERTIFICATES)
  const registry = await command('npm', ['config', 'get', 'registry'])
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(file, `${trust ? `cafile=${CERTIFICATES}\n` : ''}registry=${registry}\n`)
  const certificates = trust ? ['-v', `${CERTIFICATES}:${CERTIFICATES}:ro`] : []
  return [...certificates, '-v', `${file}:/usr/local/etc/npmrc:ro`]
}

/** The engines keep everything in our own folder and ask nothing of a service manager. */
function environment(): NodeJS.ProcessEnv {
  const storage = join(CACHE, 'storage.conf')
  const containers = join(CACHE, 'containers.conf')
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(
    storage,
    `[storage]\ndriver="overlay"\ngraphroot="${join(CACHE, 'graph')}"\nrunroot="${join(CACHE, 'run')}"\n`,
  )
  writeFileSync(
    containers,
    `[containers]\ndefault_ulimits=["nofile=20000:20000","nproc=32768:32768"]\n` +
      `[engine]\ncgroup_manager="cgroupfs"\nevents_logger="file"\nruntime="runc"\n`,
  )
  return { ...process.env, CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: containers }
}
