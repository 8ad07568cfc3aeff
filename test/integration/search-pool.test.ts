import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PooledRetriever, type PooledRetrieverOptions } from '#src/retrieval/pooled-retriever.js'

const scope = { orgId: 'org' }

let dir: string
let pool: PooledRetriever

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guichet-pool-'))
})

afterEach(async () => {
  await pool.close()
  rmSync(dir, { recursive: true })
})

function open(options: Partial<PooledRetrieverOptions> = {}): void {
  pool = new PooledRetriever({
    database: join(dir, 'asked'),
    embedder: { directory: dir, id: 'none', threads: 1 },
    workerScript: new URL('../fixtures/search-worker.mjs', import.meta.url),
    ...options,
  })
}

function asked(): string[] {
  return readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n')
}

function search(query: string, signal?: AbortSignal) {
  return pool.search(scope, query, 1, signal)
}

/** Resolves when the worker has begun with `query`. */
async function begun(query: string): Promise<void> {
  await vi.waitFor(() => expect(asked()).toContain(query), { timeout: 10_000 })
}

describe('calls that wait', () => {
  it('are not made when their visitor has left, and those under way are not disturbed', async () => {
    open()
    const leaving = new AbortController()
    const first = search('slow 300', leaving.signal)
    await begun('slow 300')
    const waiting = search('left', leaving.signal)
    const staying = search('stays')
    leaving.abort()
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    await expect(staying).resolves.toMatchObject([{ title: 'stays' }])
    expect(asked()).toEqual(['slow 300', 'stays'])
  })

  it('are refused in time, and not made later', async () => {
    open({ deadlineMs: 500 })
    await pool.ready()
    const first = search('slow 1000')
    const second = search('too late')
    await expect(first).rejects.toMatchObject({ code: 'busy' })
    await expect(second).rejects.toMatchObject({ code: 'busy' })
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await expect(search('again')).resolves.toMatchObject([{ title: 'again' }])
    expect(asked()).toEqual(['slow 1000', 'again'])
  })

  it('give up their place in the queue when they leave', async () => {
    open({ maxQueue: 1 })
    const first = search('slow 300')
    await begun('slow 300')
    const leaving = new AbortController()
    const second = search('left', leaving.signal)
    await expect(search('refused')).rejects.toMatchObject({ code: 'busy' })
    leaving.abort()
    await expect(second).rejects.toMatchObject({ name: 'AbortError' })
    await expect(search('taken')).resolves.toMatchObject([{ title: 'taken' }])
    await first
  })
})

describe('a worker that dies', () => {
  it('fails the call it had under way, and another takes the next ones', async () => {
    open()
    await pool.ready()
    const [dead, next] = [search('die'), search('next')]
    await expect(dead).rejects.toMatchObject({ code: 'not_ready' })
    await expect(next).resolves.toMatchObject([{ title: 'next' }])
    await expect(search('die')).rejects.toMatchObject({ code: 'not_ready' })
    await expect(search('last')).resolves.toMatchObject([{ title: 'last' }])
  })
})

describe('a worker that hangs', () => {
  it('is told to the operator and refuses what comes, until the call returns after all', async () => {
    open({ deadlineMs: 200, hungAfterMs: 300 })
    await pool.ready()
    expect(pool.healthy()).toBeNull()
    await expect(search('slow 3000')).rejects.toMatchObject({ code: 'busy' })
    await vi.waitFor(() => expect(pool.healthy()).toMatch(/restart the appliance\.$/), { timeout: 2000 })
    await expect(pool.ready()).rejects.toMatchObject({ code: 'not_ready' })
    await expect(search('refused')).rejects.toMatchObject({ code: 'not_ready' })
    await vi.waitFor(() => expect(pool.healthy()).toBeNull(), { timeout: 10_000 })
    await expect(search('again')).resolves.toMatchObject([{ title: 'again' }])
    await pool.ready()
    expect(asked()).toEqual(['slow 3000', 'again'])
  })
})
