/** What was waited for did not come in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * Waits no longer than that; what goes on nevertheless is the caller's to stop. A timer holds the process meanwhile.
 * @throws DeadlineError
 */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError(`It took longer than ${milliseconds} ms.`))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
