import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** One request that was answered, or whose sender has left. */
export interface AnsweredRequest {
  /** One of a handful of names, never what the sender made up. */
  method: string
  /** The pattern of the path, never the path. */
  route: string
  status: number
  seconds: number
  /** A stream of events, which lasts as long as what it tells of. */
  streamed: boolean
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const STREAM_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/** Counts HTTP requests. */
export class RequestMetrics {
  readonly #total
  readonly #seconds
  readonly #streamSeconds
  readonly #inFlight
  readonly #rateLimited

  constructor(registry: Registry) {
    const registers = [registry]
    this.#total = new Counter({
      name: 'guichet_http_requests_total',
      help: 'Requests by method, pattern of the path and status; 499: the sender left before the answer.',
      labelNames: ['method', 'route', 'status'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'guichet_http_request_duration_seconds',
      help: 'From a request’s headers to the last byte of its answer; streams of events are not in it.',
      labelNames: ['method', 'route'],
      buckets: SECONDS,
      registers,
    })
    this.#streamSeconds = new Histogram({
      name: 'guichet_http_stream_duration_seconds',
      help: 'How long streams of events lasted.',
      buckets: STREAM_SECONDS,
      registers,
    })
    this.#inFlight = new Gauge({
      name: 'guichet_http_requests_in_flight',
      help: 'Requests being answered.',
      registers,
    })
    this.#rateLimited = new Counter({
      name: 'guichet_rate_limited_total',
      help: 'Requests refused by a rate limit.',
      registers,
    })
  }

  begun(): void {
    this.#inFlight.inc()
  }

  ended({ method, route, status, seconds, streamed }: AnsweredRequest): void {
    this.#inFlight.dec()
    this.#total.inc({ method, route, status })
    if (streamed) this.#streamSeconds.observe(seconds)
    else this.#seconds.observe({ method, route }, seconds)
    if (status === 429) this.#rateLimited.inc()
  }
}
