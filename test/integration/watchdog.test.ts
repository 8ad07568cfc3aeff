import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { endOf, launch, within } from '../helpers/real-process.js'

const STUCK = fileURLToPath(new URL('../fixtures/stuck-process.mjs', import.meta.url))
const BLOCK = new URL('../fixtures/block-at-sigterm.mjs', import.meta.url).href

const cleanups: (() => unknown)[] = []

afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
})

/** Runs the process that blocks its event loop; how it ended and what it said. */
async function blocked(stuckMs: number, blockMs: number, ...flags: string[]) {
  const child = spawn(process.execPath, [...flags, STUCK, String(stuckMs), String(blockMs)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, said }
}

describe('an event loop that stands still', () => {
  // @NOTE a process that is killed may take its last line with it.
  it('ends its process, which says so', { retry: 2 }, async () => {
    const { said, ...end } = await blocked(2000, 60_000)
    expect(end).toEqual({ code: null, signal: 'SIGKILL' })
    expect(said).toMatch(/"level":60,.+answers nobody: it is killed/)
  })

  it('does not when it goes on in time', async () => {
    expect(await blocked(60_000, 2500)).toEqual({ code: 0, signal: null, said: '' })
  })

  it('does not while a debugger may be attached', async () => {
    expect(await blocked(2000, 5000, '--inspect=127.0.0.1:0')).toMatchObject({ code: 0, signal: null })
  })

  it('does not keep the product from ending when it is told to', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'guichet-watchdog-'))
    cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
    const appliance = launch({
      PORT: '0',
      DATA_DIR: join(dir, 'data'),
      MODELS_DIR: join(dir, 'models'),
      MODEL_FETCH: 'false',
      NODE_OPTIONS: `--import=${BLOCK}`,
    })
    cleanups.push(() => appliance.child.kill('SIGKILL'))
    await within(30_000, appliance, 'did not listen', () =>
      Promise.resolve(/Page\s+http/.exec(appliance.stdout)?.[0]),
    )
    appliance.child.kill('SIGTERM')
    expect(await endOf(appliance)).toEqual({ code: null, signal: 'SIGKILL' })
    expect(appliance.stderr).toMatch(/did not end within \S+ s of being told to: it is killed/)
  })
})
