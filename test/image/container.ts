import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { send, type Answer } from '../helpers/http.js'
import { modelsDir } from '../helpers/real-appliance.js'
import { attempt, command, type Said } from './sandbox.js'

/** As the compose file runs it: no network, nothing writable but the data, no privileges. */
export const HARDENED = [
  '--network',
  'none',
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
]
const READY_MS = 90_000
const STOP_MS = 30_000
const CALL_MS = 60_000
/** Runs in the container's network and this machine's file system: from a socket file to the appliance. */
const INWARDS = `require('net').createServer((one) => {
  const other = require('net').connect(8080, '127.0.0.1')
  one.pipe(other).pipe(one)
  for (const end of [one, other]) end.on('error', () => { one.destroy(); other.destroy() })
}).listen(process.argv[1], () => console.log('open'))`

/** A container of the image, reached over HTTP although it has no network. */
export class Container {
  /** Headers of the first client. */
  keys: Record<string, string> = {}
  #way: { server: Server; child: ChildProcess; socket: string } | undefined

  private constructor(
    readonly name: string,
    readonly pid: number,
  ) {}

  /** Starts one with the models of this machine mounted read-only; `args` are podman's, before the image. */
  static async run(image: string, args: string[], settings: Record<string, string> = {}): Promise<Container> {
    const name = `guichet-test-${randomBytes(4).toString('hex')}`
    const environment = Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`])
    const models = ['-v', `${modelsDir()}:/models:ro`]
    await command('podman', [
      'run',
      '-d',
      '--pull=never',
      '--name',
      name,
      ...args,
      ...models,
      ...environment,
      image,
    ])
    const pid = Number(await command('podman', ['inspect', name, '--format', '{{.State.Pid}}']))
    return new Container(name, pid)
  }

  get origin(): string {
    if (this.#way === undefined) throw new Error(`${this.name} is not reached yet.`)
    return `http://127.0.0.1:${(this.#way.server.address() as AddressInfo).port}`
  }

  /** All it has said. */
  async said(): Promise<string> {
    const { stdout, stderr } = await attempt('podman', ['logs', this.name])
    return stdout + stderr
  }

  /** A command inside it. */
  exec(...args: string[]): Promise<Said> {
    return attempt('podman', ['exec', this.name, ...args])
  }

  /** Resolves once `/readyz` says so. */
  async ready(): Promise<void> {
    this.#way ??= await wayInto(this.pid, this.name)
    const deadline = Date.now() + READY_MS
    for (;;) {
      const asked = send(`${this.origin}/readyz`, { signal: AbortSignal.timeout(5000) })
      const status = await asked.then((answer) => answer.status).catch(() => 0)
      if (status === 200) return
      if (Date.now() > deadline) throw new Error(`${this.name} answers ${status}:\n${await this.said()}`)
      await pause(100)
    }
  }

  /** A request to `/api/v1…` with the first client's keys. */
  call(
    method: string,
    path: string,
    given: { body?: unknown; raw?: FormData; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const { headers = {}, ...rest } = given
    const signal = AbortSignal.timeout(CALL_MS)
    return send(`${this.origin}/api/v1${path}`, {
      method,
      signal,
      ...rest,
      headers: { ...this.keys, ...headers },
    })
  }

  /** Packets that this container's network would not carry: whatever wanted to leave it. */
  departures(): number {
    return ipv4(this.pid) + ipv6(this.pid)
  }

  /** SIGTERM as `podman stop` sends it; the exit status. */
  async stop(): Promise<number> {
    await command('podman', ['stop', '--time', '10', this.name], STOP_MS)
    return Number(await command('podman', ['inspect', this.name, '--format', '{{.State.ExitCode}}']))
  }

  /** Removes it; named volumes stay. */
  async remove(): Promise<void> {
    if (this.#way) {
      this.#way.server.close()
      this.#way.child.kill()
      rmSync(this.#way.socket, { force: true })
    }
    await attempt('podman', ['rm', '--force', '--volumes', '--time', '0', this.name], STOP_MS)
  }
}

async function wayInto(pid: number, name: string) {
  const socket = join(tmpdir(), `${name}.sock`)
  const into = ['-t', String(pid), '-n', process.execPath, '-e', INWARDS, socket]
  const child = spawn('nsenter', into, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const server = createServer((one) => {
    const other = connect(socket)
    one.pipe(other).pipe(one)
    for (const end of [one, other])
      end.on('error', () => {
        one.destroy()
        other.destroy()
      })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { server, child, socket }
}

function ipv4(pid: number): number {
  const [names = '', values = ''] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
  return Number(values.split(' ')[names.split(' ').indexOf('OutNoRoutes')])
}

function ipv6(pid: number): number {
  const table = readFileSync(`/proc/${pid}/net/snmp6`, 'utf8')
  return Number(/^Ip6OutNoRoutes\s+(\d+)$/m.exec(table)?.[1])
}
