import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

/** How a command ended and what it said. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Starts `guichet …` on a data folder, with these settings and nothing else of this environment. */
export function startGuichet(
  dataDir: string,
  args: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH, DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { child, ended }
}

/** Runs `guichet …` to its end. */
export function guichet(dataDir: string, args: string[], env?: Record<string, string>): Promise<Ended> {
  return startGuichet(dataDir, args, env).ended
}
