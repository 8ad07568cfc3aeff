import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Failure } from '../contract/envelope.js'

/** How long requests under way may take once the process is told to end: container engines kill it after 10 s. */
const GRACE_MS = 6000
/** For telling those who wait that no reply will come. */
const FAREWELL_MS = 500
/** A whole request, upload included. */
const REQUEST_MS = 15 * 60_000

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/**
 * Listens.
 * @throws ListenError when the address is taken or not ours.
 */
export async function listen(handler: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: 30_000, keepAliveTimeout: 65_000 },
    handler,
  )
  const answering = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (req, res) => answering.set(req.socket, res))
  server.on('clientError', (error, socket) => {
    refuseUnreadable(error, socket, answering.get(socket))
  })
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return server
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new ListenError(listenFailure(code, port, host, error), { cause: error })
  }
}

/**
 * Takes no new requests and lets those under way end; after a grace period `abandon` makes replies end with a
 * sentence, and what is left then is cut off.
 */
export async function stopListening(server: Server, abandon: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const impatience = [
    setTimeout(abandon, GRACE_MS),
    setTimeout(() => server.closeAllConnections(), GRACE_MS + FAREWELL_MS),
  ]
  await closed
  for (const timer of impatience) clearTimeout(timer)
}

/** Where the server is reached from this machine. */
export function localUrl(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  const everywhere = address === '0.0.0.0' || address === '::'
  const host = everywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${String(port)}`
}

/** What cannot be read as HTTP reaches no route: it is refused here, in the envelope of every other refusal. */
function refuseUnreadable(error: Error, socket: Duplex, last: ServerResponse | undefined): void {
  // In the middle of another answer it would be taken for a part of that.
  const isAnswering = last?.headersSent === true && !last.writableFinished
  if (!socket.writable || isAnswering) {
    socket.destroy()
    return
  }
  const { line, code, detail } = unreadable('code' in error ? error.code : undefined)
  const failure: Failure = {
    status: 'error',
    status_code: Number(line.slice(0, 3)),
    detail,
    code,
    data: null,
  }
  const body = JSON.stringify(failure)
  const head = [`HTTP/1.1 ${line}`, 'Content-Type: application/json; charset=utf-8', 'Connection: close']
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`)
}

function unreadable(code: unknown): { line: string; code: string; detail: string } {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const detail = 'The path and headers of the request are too long.'
    return { line: '431 Request Header Fields Too Large', code: 'too_large', detail }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { line: '408 Request Timeout', code: 'too_slow', detail: 'The request did not arrive in time.' }
  return { line: '400 Bad Request', code: 'malformed', detail: 'The request is not valid HTTP.' }
}

function listenFailure(code: unknown, port: number, host: string, error: unknown): string {
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} is taken by another program: stop it, or choose another with PORT=8081.`
  if (code === 'EACCES')
    return `Port ${String(port)} needs privileges this process does not have: choose one above 1023 with PORT=.`
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine: correct HOST.`
  return `Cannot listen on ${host}:${String(port)}: ${error instanceof Error ? error.message : String(error)}`
}
