import { setTimeout as pause } from 'node:timers/promises'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Logger } from '../log.js'
import { watchCondition, type Condition } from './condition.js'
import { IngestionMetrics } from './ingestion.js'
import { ReplyMetrics } from './replies.js'
import { RequestMetrics } from './requests.js'

/** How long one metric may take to be read; a database that hangs must not hang whoever asks for figures. */
const READ_MS = 2000
/** Steps in which the event loop's delay is measured: fine enough to see 50 ms, at 0.2 % of a core. */
const DELAY_STEP_MS = 20
/** Of prom-client's own: gauges named like counters, which promtool refuses, and what they add up. */
const NOT_TOLD = ['handles', 'requests', 'resources'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
])

/**
 * What the appliance counts and measures, for Prometheus. One registry of its own each, so that two appliances can be in
 * one process. No label ever names an organization, assistant, client, visitor or file, or quotes anybody.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #silenced = new Set<string>()
  #scrape: Promise<string> | undefined
  readonly requests = new RequestMetrics(this.#registry)
  readonly replies = new ReplyMetrics(this.#registry)
  readonly ingestion = new IngestionMetrics(this.#registry)
  /** The content type of `text()`. */
  readonly contentType: string = this.#registry.contentType

  constructor(private readonly log: Logger) {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: DELAY_STEP_MS })
    for (const name of NOT_TOLD) this.#registry.removeSingleMetric(name)
  }

  /** From now on the appliance's condition is read at every look. Once only. */
  watch(condition: Condition): void {
    watchCondition(this.#registry, condition)
  }

  /**
   * Everything in Prometheus's text format. What cannot be read is left out, and logged the first time; never rejects.
   * Those who ask while it is being made share it.
   */
  text(): Promise<string> {
    this.#scrape ??= this.#read().finally(() => {
      this.#scrape = undefined
    })
    return this.#scrape
  }

  async #read(): Promise<string> {
    const hurry = new AbortController()
    const late = pause(READ_MS, undefined, { signal: hurry.signal }).then(
      () => Promise.reject(new Error(`It took longer than ${READ_MS / 1000} s.`)),
      () => undefined,
    )
    const names = this.#registry.getMetricsAsArray().map(({ name }) => name)
    const families = await Promise.all(names.map((name) => this.#family(name, late)))
    hurry.abort()
    return `${families.filter((family) => family !== undefined).join('\n\n')}\n`
  }

  async #family(name: string, late: Promise<undefined>): Promise<string | undefined> {
    try {
      const family = await Promise.race([this.#registry.getSingleMetricAsString(name), late])
      this.#silenced.delete(name)
      return family
    } catch (error) {
      if (!this.#silenced.has(name)) this.log.warn({ err: error, metric: name }, 'a metric cannot be read')
      this.#silenced.add(name)
      return undefined
    }
  }
}
