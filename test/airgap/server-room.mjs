// The first process of the room in which the product runs. Does what it is told over the IPC channel, and dies with it.
import { spawn } from 'node:child_process'
import { openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { counters, knock } from './counters.mjs'
import { openHatch, seal } from './seal.mjs'

const [folder = '', port = ''] = process.argv.slice(2)
/** @type {Map<string, Promise<number>>} */
const exits = new Map()
/** @type {Set<string>} */
const ended = new Set()

const orders = {
  /** Starts a command; its output goes to `<name>.out` and `<name>.err`. */
  start({ name, command: [file, ...args], env, cwd }) {
    const output = [openSync(join(folder, `${name}.out`), 'w'), openSync(join(folder, `${name}.err`), 'w')]
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', ...output], detached: true })
    const exited = new Promise((resolve) => {
      child.once('error', () => resolve(127)).once('close', (code) => resolve(code ?? 1))
    })
    exits.set(name, exited)
    exited.then(() => ended.add(name))
  },
  /** Waits for a command's end. */
  exit: ({ name }) => exits.get(name),
  ended: ({ name }) => ended.has(name),
  /** Signals the programs of which this is the first argument. */
  signal({ argument, signal }) {
    const found = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid)[1] === argument)
    for (const pid of found) process.kill(Number(pid), signal)
    return found.length
  },
  counters,
  knock,
}

/** @param {string} pid */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

process.on('disconnect', () => process.exit())
process.on('message', async ({ id, order, ...given }) => {
  try {
    process.send({ id, answer: await orders[order](given) })
  } catch (error) {
    process.send({ id, error: String(error) })
  }
})
seal(folder)
await openHatch({ path: join(folder, 'hatch') }, { host: '127.0.0.1', port: Number(port) })
process.send({ id: 0 })
