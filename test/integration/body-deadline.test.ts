import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { json } from 'express'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { errorHandler } from '#src/http/errors.js'
import { bodyDeadline } from '#src/http/middleware/body-deadline.js'
import { createLogger } from '#src/log.js'

let server: Server

beforeEach(async () => {
  const app = express()
  app.use(bodyDeadline(100), json(), (req, res) => void res.json({ got: req.body as unknown }))
  app.use(errorHandler(createLogger('silent', false)))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** Sends the beginning of a JSON body of 20 bytes, and the rest only if it is given. */
async function post(
  beginning: string,
  rest?: string,
): Promise<{ status: number | undefined; body: unknown }> {
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/json', 'content-length': 20 }
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers })
  sent.on('error', () => undefined)
  sent.write(beginning)
  if (rest !== undefined) sent.end(rest)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

it('refuses a body that never arrives, in the envelope', async () => {
  expect(await post('{"a":')).toMatchObject({
    status: 408,
    body: { status: 'error', code: 'too_slow', data: null },
  })
})

it('lets a whole body pass', async () => {
  expect(await post('{"a":', '"012345678901"}')).toMatchObject({
    status: 200,
    body: { got: { a: '012345678901' } },
  })
})
