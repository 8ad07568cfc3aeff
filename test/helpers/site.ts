import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Pages = Record<string, RequestListener | string>

/** A web site of these pages on a free port: text is served as HTML. What was asked for is kept. */
export async function startSite(pages: Pages) {
  const asked: IncomingMessage[] = []
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    asked.push(req)
    const page = pages[new URL(req.url ?? '/', 'http://site').pathname]
    if (page === undefined) res.writeHead(404, { 'content-type': 'text/html' }).end('<p>Nothing here.</p>')
    else if (typeof page === 'string')
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
    else page(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    asked,
    pages,
    port,
    origin: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type Site = Awaited<ReturnType<typeof startSite>>
