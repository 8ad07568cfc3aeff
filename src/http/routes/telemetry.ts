import { json, type Request, type Router } from 'express'
import { reportEvent } from '../../contract/operations/telemetry.js'
import type { Telemetry } from '../../domain/usage/telemetry.js'
import { telemetryRateLimit } from '../middleware/telemetry-limit.js'
import { serve } from '../serve.js'

const BODY_LIMIT = '16kb'

/** `/telemetry`: for anybody, and answered alike whatever is known of the assistant. */
export function telemetryRoutes(router: Router, telemetry: Telemetry): void {
  serve(
    router,
    reportEvent,
    ({ body }) => {
      telemetry.receive(body)
      return { accepted: true as const }
    },
    [telemetryRateLimit(), json({ limit: BODY_LIMIT, type: isJsonOfAnyName })],
  )
}

/** Beacons of browsers send JSON as plain text, or without any type. */
function isJsonOfAnyName(req: { headers: Request['headers'] }): boolean {
  const type = req.headers['content-type']
  return type === undefined || /^(?:text\/plain|application\/json)\s*(?:;|$)/i.test(type)
}
