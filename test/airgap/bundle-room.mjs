// Runs inside a network namespace with nothing but loopback: starts an unpacked bundle, teaches it a document, asks it,
// ends it, and prints what happened as JSON. `node bundle-room.mjs FOLDER PATH`. Only Node's own modules.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const [, , folder = '', path = ''] = process.argv
const READY_MS = 120_000
const PORT = '18080'
const ORIGIN = `http://127.0.0.1:${PORT}`
const KEYS = { 'x-api-key': 'bundle-client', 'x-api-secret': 'a-secret-of-the-bundle-test' }
const DOCUMENT = '# Kettle\n\n## Care\n\nDescale the kettle every six weeks with two spoons of citric acid.\n'
/** Of the addresses kept for documentation, which lead nowhere even where there is a network. */
const OUTSIDE = '192.0.2.1'

/** Packets that found no way out: each is an attempt to reach something outside. */
function attempts() {
  const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map((line) => line.split(' '))
  const six = /^Ip6OutNoRoutes\s+(\d+)/m.exec(readFileSync('/proc/net/snmp6', 'utf8'))
  return Number(values[names.indexOf('OutNoRoutes')]) + Number(six?.[1])
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
const child = spawn(join(folder, 'start'), [], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
let output = ''
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
const ended = once(child, 'close')

try {
  const reply = await conversation()
  child.kill('SIGTERM')
  const [exitCode] = await ended
  const made = attempts()
  // That the counter counts: one attempt of our own.
  const leak = connect(80, OUTSIDE)
  await once(leak, 'error')
  const counted = attempts() - made
  process.stdout.write(JSON.stringify({ interfaces, reply, exitCode, attempts: made, counted }))
} finally {
  child.kill('SIGKILL')
}
