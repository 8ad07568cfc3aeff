import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import express from 'express'
import { expect, it } from 'vitest'
import { Turn } from '#src/domain/conversations/turn.js'
import { sendTurnAsEvents } from '#src/http/stream.js'

it('ends when its reader has left before it began', async () => {
  const turn = new Turn(() => new Promise(() => undefined), 60_000)
  let sending: Promise<void> | undefined
  const app = express()
  app.get('/', async (_req, res) => {
    await once(res, 'close')
    sending = sendTurnAsEvents(res, turn, turn.result)
    await sending
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const leaving = new AbortController()
  const { port } = server.address() as AddressInfo
  const request = fetch(`http://127.0.0.1:${String(port)}/`, { signal: leaving.signal }).catch(() => 'left')
  await after(50)
  leaving.abort()
  expect(await request).toBe('left')
  while (sending === undefined) await after(5)
  await expect(sending).resolves.toBeUndefined()
  turn.abandon()
  server.close()
})
