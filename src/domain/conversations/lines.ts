/** Lets those who work on the same thing do so one after the other, in the order in which they came. */
export class Lines {
  readonly #lines = new Map<string, { length: number; end: Promise<void> }>()

  /** How many work on this thing or wait for it. */
  length(thing: string): number {
    return this.#lines.get(thing)?.length ?? 0
  }

  /**
   * Works once everybody who came before is done with this thing.
   * @throws the signal's reason when it aborts meanwhile; those who came later wait on for those before.
   */
  async work<T>(thing: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(thing) ?? { length: 0, end: Promise.resolve() }
    const before = line.end
    let leave: () => void = () => undefined
    const mine = new Promise<void>((resolve) => (leave = resolve))
    line.length += 1
    line.end = before.then(() => mine)
    this.#lines.set(thing, line)
    try {
      await orAborted(before, signal)
      return await work()
    } finally {
      leave()
      line.length -= 1
      if (line.length === 0) this.#lines.delete(thing)
    }
  }
}

async function orAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let stop: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => (stop = resolve))
  signal.addEventListener('abort', stop, { once: true })
  await Promise.race([wait, aborted])
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
}
