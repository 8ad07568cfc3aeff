import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, Router } from 'express'
import { getMetrics } from '../../contract/operations/health.js'
import { AppError } from '../../errors.js'
import type { Metrics } from '../../metrics/metrics.js'
import { SENT, serve } from '../serve.js'

/** What proxies add to the requests they pass on. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']

/**
 * `/metrics`, for Prometheus: with the token where there is one; else for direct requests alone, so that a proxy in
 * front of the appliance does not publish it.
 */
export function metricsRoutes(router: Router, metrics: Metrics, token: string | undefined): void {
  serve(router, getMetrics, async ({ req, res }) => {
    if (token === undefined) refuseProxies(req)
    else requireToken(req, token)
    res.set({ 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).send(await metrics.text())
    return SENT
  })
}

function refuseProxies(req: Request): void {
  if (PROXY_HEADERS.every((name) => req.get(name) === undefined)) return
  throw new AppError(
    'forbidden',
    'Through a proxy, metrics are read with a token only: set METRICS_TOKEN and restart, then send it as Authorization: Bearer.',
  )
}

function requireToken(req: Request, token: string): void {
  const given = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1]
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return
  throw new AppError(
    'unauthorized',
    'Authentication required - send Authorization: Bearer with METRICS_TOKEN.',
  )
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
