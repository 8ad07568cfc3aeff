import { Counter, Gauge, type Registry } from 'prom-client'

type Answer<T> = T | Promise<T>

/** A value that is asked for when somebody looks, and left out while it is null. */
export function askedGauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => Answer<number | null>,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read()
      if (value === null) this.remove()
      else this.set(value)
    },
  })
}

/** Likewise one value for each value of a label. */
export function askedGauges(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Answer<Record<string, number>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await read()
      this.reset()
      for (const [key, value] of Object.entries(values)) this.set({ [label]: key }, value)
    },
  })
}

/** Likewise what somebody else has counted since the start. */
export function askedCounter(
  registry: Registry,
  name: string,
  help: string,
  read: () => Answer<number>,
): void {
  new Counter({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read()
      this.reset()
      this.inc(value)
    },
  })
}

/** Asks anew only when the last answer is older than `ms`. Those who ask at once share one answer; failures are not kept. */
export function remembered<T>(read: () => Promise<T>, ms: number): () => Promise<T> {
  let last: { answer: Promise<T>; until: number } | undefined
  return () => {
    if (last !== undefined && performance.now() < last.until) return last.answer
    const answer = read()
    const asked = { answer, until: performance.now() + ms }
    answer.catch(() => {
      if (last === asked) last = undefined
    })
    last = asked
    return answer
  }
}
