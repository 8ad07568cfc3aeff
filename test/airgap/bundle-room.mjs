// Runs inside a network namespace with nothing but loopback: starts an unpacked bundle, teaches it a document, asks it,
// ends it, and prints what happened as JSON. Everything in it is recorded: `node bundle-room.mjs FOLDER PATH RECORDING`.
// Only Node's own modules.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { counters, knock } from './counters.mjs'
import { STRACE } from './needs.mjs'

const [, , folder = '', path = '', recording = ''] = process.argv
const READY_MS = 120_000
const PORT = '18080'
const ORIGIN = `http://127.0.0.1:${PORT}`
const KEYS = { 'x-api-key': 'bundle-client', 'x-api-secret': 'a-secret-of-the-bundle-test' }
const DOCUMENT = '# Kettle\n\n## Care\n\nDescale the kettle every six weeks with two spoons of citric acid.\n'

/** The recorder by its path: what it records finds Node on its own PATH and nothing else. */
function recorder() {
  const [name = '', ...args] = STRACE
  const places = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, name))
  return [places.find((file) => existsSync(file)) ?? name, ...args, '-o', recording]
}

/** Signals the server, not its recorder, which would let go of it. */
function end() {
  const servers = readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && commandLine(pid)[1] === join(folder, 'start.mjs'),
  )
  if (servers.length !== 1) throw new Error(`There are ${servers.length} servers of the bundle: ${output}`)
  process.kill(Number(servers[0]), 'SIGTERM')
}

/** @param {string} pid */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/**
 * @param {string} to
 * @param {RequestInit} [init]
 */
async function call(to, init = {}) {
  const json = typeof init.body === 'string' ? { 'content-type': 'application/json' } : {}
  const headers = { ...KEYS, ...json }
  const response = await fetch(`${ORIGIN}/api/v1${to}`, {
    ...init,
    headers,
    signal: AbortSignal.timeout(60_000),
  })
  const { data } = await response.json()
  if (!response.ok) throw new Error(`${to} was answered with ${response.status}`)
  return data
}

/** @param {() => Promise<unknown>} look */
async function until(look) {
  const deadline = Date.now() + READY_MS
  while (!(await look().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`It did not come about: ${output}`)
    await pause(100)
  }
}

async function conversation() {
  await until(async () => (await fetch(`${ORIGIN}/readyz`)).ok)
  const body = new FormData()
  body.set('title', 'Kettle')
  body.set('file', new Blob([DOCUMENT]), 'kettle.md')
  const { id } = await call('/knowledge/files/', { method: 'POST', body })
  await until(async () => (await call(`/knowledge/${id}`)).status === 'ready')
  const { assistants } = await call('/assistants/')
  const made = { method: 'POST', body: JSON.stringify({ assistant_id: assistants[0].id }) }
  const session = await call('/sessions/', made)
  const asked = {
    method: 'POST',
    body: JSON.stringify({ content: 'How often should I descale the kettle?' }),
  }
  const { assistant_message: reply } = await call(`/sessions/${session.id}/messages`, asked)
  return {
    content: reply.content,
    titles: reply.sources.map((/** @type {{ title: string }} */ each) => each.title),
  }
}

if (spawnSync('ip', ['link', 'set', 'lo', 'up']).status !== 0)
  throw new Error('loopback cannot be brought up')
const interfaces = Object.keys(networkInterfaces())
const home = mkdtempSync(join(folder, '..', 'home-'))
const env = {
  PATH: path,
  HOME: home,
  PORT,
  BOOTSTRAP_CLIENT_ID: KEYS['x-api-key'],
  BOOTSTRAP_CLIENT_SECRET: KEYS['x-api-secret'],
}
const before = counters()
const [strace = '', ...options] = recorder()
const child = spawn(strace, [...options, join(folder, 'start')], {
  cwd: home,
  env,
  stdio: ['ignore', 'pipe', 'pipe'],
})
let output = ''
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
const ended = once(child, 'close')

try {
  const reply = await conversation()
  end()
  const [exitCode] = await ended
  const after = counters()
  await knock()
  const evidence = { before, after, control: counters(), port: Number(PORT) }
  process.stdout.write(JSON.stringify({ interfaces, reply, exitCode, evidence }))
} finally {
  child.kill('SIGKILL')
}
