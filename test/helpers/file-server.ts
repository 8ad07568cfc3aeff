import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FileServer {
  origin: string
  /** "METHOD path" and the Range header, if any, of every request so far. */
  requests: string[]
  close(): Promise<void>
}

/** An HTTP server on a free port that answers as the test says. */
export async function serve(listener: RequestListener): Promise<FileServer> {
  const requests: string[] = []
  const server = createServer((req, res) => {
    requests.push([req.method, req.url, req.headers.range].filter(Boolean).join(' '))
    listener(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Sends bytes as a file server does, honouring a Range. */
export function sendFile(req: IncomingMessage, res: ServerResponse, bytes: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(req.headers.range ?? '')?.[1] ?? 0)
  const body = bytes.subarray(from)
  if (from >= bytes.length) {
    res.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
  res.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length, ...(from > 0 ? range : {}) })
  res.end(body)
}
