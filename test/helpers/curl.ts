import { execFile, execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { send } from './http.js'

const LIMIT_MS = 60_000
const run = promisify(execFile)

/** What a command printed, with the status it does not print by itself. */
export interface CurlAnswer {
  status: number
  body: unknown
}

/** Runs a curl command as a shell would, in a folder; without curl on this machine, sends the same by fetch. */
export async function curl(command: string, cwd: string): Promise<CurlAnswer> {
  if (!hasCurl()) return sameByFetch(command, cwd)
  const shell = ['-c', `${command} --silent --show-error --write-out '\\n%{http_code}'`]
  const { stdout } = await run('sh', shell, { cwd, timeout: LIMIT_MS })
  const at = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(at + 1)), body: JSON.parse(stdout.slice(0, at)) as unknown }
}

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function sameByFetch(command: string, cwd: string): Promise<CurlAnswer> {
  const words = (command.match(/'[^']*'|"[^"]*"|[^\s\\]\S*/g) ?? []).map((word) =>
    word.replace(/^(['"])(.*)\1$/s, '$2'),
  )
  const of = (option: string) => words.filter((_, at) => words[at - 1] === option)
  const url = words.find((word) => word.startsWith('http')) ?? ''
  const headers = Object.fromEntries(of('-H').map((header) => halves(header, ': ')))
  const form = new FormData()
  for (const field of of('-F')) {
    const [name, value] = halves(field, '=')
    if (!value.startsWith('@')) form.set(name, value)
    else form.set(name, new Blob([await readFile(join(cwd, value.slice(1)))]), basename(value))
  }
  const raw = [...form.keys()].length > 0 ? form : of('-d')[0]
  const signal = AbortSignal.timeout(LIMIT_MS)
  const method = of('-X')[0] ?? 'GET'
  return send(url, { method, headers, signal, ...(raw !== undefined && { raw }) })
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return [text.slice(0, at), text.slice(at + mark.length)]
}
