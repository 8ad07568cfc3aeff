import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

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

function listenFailure(code: unknown, port: number, host: string, error: unknown): string {
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} is taken by another program: stop it, or choose another with PORT=8081.`
  if (code === 'EACCES')
    return `Port ${String(port)} needs privileges this process does not have: choose one above 1023 with PORT=.`
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine: correct HOST.`
  return `Cannot listen on ${host}:${String(port)}: ${error instanceof Error ? error.message : String(error)}`
}
