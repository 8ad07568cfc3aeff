import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList } from 'node:net'
import type { Request, Router } from 'express'
import { getMetrics } from '../../contract/operations/health.js'
import { AppError } from '../../errors.js'
import type { Metrics } from '../../metrics/metrics.js'
import { SENT, serve } from '../serve.js'

/** What proxies add to the requests they pass on. */
const PROXY_HEADERS = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'forwarded',
  'via',
]
/** Names and addresses by which a machine speaks to itself, with or without a port. */
const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * `/metrics`, for Prometheus: with the token where there is one; else for programs of this machine alone, so that neither
 * an open port nor a proxy in front of the appliance publishes it.
 */
export function metricsRoutes(router: Router, metrics: Metrics, token: string | undefined): void {
  serve(router, getMetrics, async ({ req, res }) => {
    if (token === undefined) requireNeighbour(req)
    else requireToken(req, token)
    res.set({ 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).send(await metrics.text())
    return SENT
  })
}

function requireNeighbour(req: Request): void {
  // @NOTE 1.0 is what nginx speaks that was told nothing; it adds no header then, and puts our own address as the host.
  const direct = req.httpVersion !== '1.0' && PROXY_HEADERS.every((name) => req.get(name) === undefined)
  if (direct && isLoopback(req.socket.remoteAddress) && OWN_HOST.test(req.get('host') ?? '')) return
  throw new AppError(
    'forbidden',
    'Without a token, metrics are told on this machine only and not through a proxy: set METRICS_TOKEN and restart, then send it as Authorization: Bearer.',
  )
}

/** Asked of the socket: what a sender says of their own address is no proof. */
function isLoopback(address: string | undefined): boolean {
  return address !== undefined && loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
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
