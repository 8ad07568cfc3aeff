import type { Response } from 'express'
import type { SourceEvents } from '../domain/knowledge/source-events.js'

/** A comment line this often keeps proxies from closing a quiet stream. */
const PING_MS = 15_000
/** A reader that lets so many bytes pile up does not keep up, and is cut off. */
const MAX_BEHIND = 64 * 1024

/**
 * Sends how an organization's sources stand, as that changes, until the reader leaves or the appliance ends.
 * @throws AppError `busy` when too many watch already; nothing has been sent then.
 */
export function sendSourceEvents(res: Response, events: SourceEvents, orgId: string): void {
  const send = (text: string) => {
    if (!res.write(text) && res.writableLength > MAX_BEHIND) res.destroy()
  }
  const leave = events.add(orgId, {
    take: (event) => {
      send(`data: ${JSON.stringify(event)}\n\n`)
    },
    end: () => res.end(),
  })
  const ping = setInterval(() => {
    send(': ping\n\n')
  }, PING_MS)
  const stop = () => {
    clearInterval(ping)
    leave()
  }
  if (res.closed || res.destroyed) {
    stop()
    return
  }
  res.once('close', stop)
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  send(': watching\n\n')
}
