import { within } from './deadline.js'

let unfinished = 0

/** Whether anything of what was given up still goes on in this thread; then it is of no use for another file. */
export function isWorkUnfinished(): boolean {
  return unfinished > 0
}

/** Waits for work to come to its end, but no longer than that; afterwards it counts as unfinished. Never throws. */
export async function endWithin(work: Promise<unknown>, milliseconds: number): Promise<void> {
  unfinished += 1
  const ended = work.then(
    () => undefined,
    () => undefined,
  )
  void ended.then(() => {
    unfinished -= 1
  })
  await within(ended, milliseconds).catch(() => undefined)
}
