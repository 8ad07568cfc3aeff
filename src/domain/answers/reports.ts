/**
 * Runs `work` and yields what it reports until it is done; returns its result. Reports that come faster than
 * they are read replace each other: only the newest says how things stand.
 * @throws what `work` rejects with.
 */
export async function* reportsOf<Report, Result>(
  work: (report: (report: Report) => void) => Promise<Result>,
): AsyncGenerator<Report, Result> {
  let newest: { report: Report } | undefined
  let isDone = false
  let wake: () => void = () => undefined
  const result = work((report) => {
    newest = { report }
    wake()
  })
  const done = () => {
    isDone = true
    wake()
  }
  result.then(done, done)
  for (;;) {
    const next = takeNewest()
    if (next !== undefined) yield next.report
    else if (hasEnded()) return result
    else await new Promise<void>((resolve) => (wake = resolve))
  }

  function takeNewest() {
    const taken = newest
    newest = undefined
    return taken
  }

  function hasEnded() {
    return isDone
  }
}
