import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))
/** A little more than the grace the product gives to requests under way. */
const EXIT_MS = 15_000

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A product's process, with all it has said so far. */
export interface Running {
  child: ChildProcess
  stdout: string
  stderr: string
  exited: Promise<Exit>
}

/** Runs the product until it ends by itself, as a start that is refused does. */
export async function runToEnd(
  env: Record<string, string>,
): Promise<Exit & { stdout: string; stderr: string }> {
  const running = launch(env)
  const exit = await endOf(running)
  return { ...exit, stdout: running.stdout, stderr: running.stderr }
}

/** Starts the product with these settings and nothing else of this environment. */
export function launch(env: Record<string, string>): Running {
  const { PATH = '', HOME = tmpdir() } = process.env
  // @NOTE not the environment of the tests, which may hold settings of the product's.
  const child = spawn(process.execPath, [MAIN], {
    cwd: ROOT,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const running: Running = {
    child,
    stdout: '',
    stderr: '',
    exited: new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal })
      })
    }),
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (running.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (running.stderr += text))
  return running
}

/** Waits for a process to end, and ends it when that takes too long. */
export async function endOf(running: Running): Promise<Exit> {
  const late = pause(EXIT_MS, undefined, { ref: false })
  const exit = await Promise.race([running.exited, late])
  if (exit !== undefined) return exit
  running.child.kill('SIGKILL')
  throw new Error(`The process did not end within ${EXIT_MS / 1000} s. It said:\n${running.stderr}`)
}

/** Asks until there is an answer; fails when the process ends or the time is up. */
export async function within<T>(
  limitMs: number,
  running: Running,
  complaint: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    const { exitCode, signalCode } = running.child
    const ended = exitCode ?? signalCode
    if (ended !== null || Date.now() > deadline) {
      const why = ended === null ? complaint : `ended with ${ended}`
      throw new Error(`The appliance ${why}. It said:\n${running.stdout}\n${running.stderr}`)
    }
    await pause(50)
  }
}
