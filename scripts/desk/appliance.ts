import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Where an appliance is and how to be let in. */
export interface Access {
  url: string
  key: string
  secret: string
}

const START_MS = 120_000
const STOP_MS = 10_000
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** Starts the built appliance on an empty data folder and a free port; `stop` ends it and removes the folder. */
export async function startAppliance(
  modelsDir: string,
): Promise<{ access: Access; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'guichet-desk-'))
  const port = await freePort()
  const access = {
    url: `http://127.0.0.1:${String(port)}`,
    key: 'desk-eval',
    secret: 'desk-eval-secret-0001',
  }
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      MODELS_DIR: modelsDir,
      RATE_LIMIT_PER_HOUR: '0',
      BOOTSTRAP_CLIENT_ID: access.key,
      BOOTSTRAP_CLIENT_SECRET: access.secret,
    },
  })
  const stop = async () => {
    await end(child)
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await ready(access.url, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { access, stop }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The appliance ended with code ${String(child.exitCode)}.`)
    const up = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
      (response) => response.ok,
      () => false,
    )
    if (up) return
    await wait(200)
  }
  throw new Error(`The appliance was not ready within ${String(START_MS / 1000)} s.`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await gone
  clearTimeout(timer)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}
