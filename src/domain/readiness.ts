import { AppError } from '../errors.js'
import type { Retriever } from '../retrieval/retriever.js'

/** Together with the wait for the first byte of a reply (http/stream.ts) under the 10 s after which clients give up. */
const PATIENCE_MS = 3000

/**
 * Waits a little for search to be there, as in the seconds after a start.
 * @throws AppError `not_ready` when it is not there in time, or will not be.
 */
export async function requireSearch(retriever: Retriever): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(notReady('Search is still loading its model')), PATIENCE_MS)
  })
  try {
    await Promise.race([retriever.ready(), late])
  } catch (error) {
    throw error instanceof AppError ? error : notReady('Search is not available', error)
  } finally {
    clearTimeout(timer)
  }
}

function notReady(what: string, cause?: unknown): AppError {
  return new AppError('not_ready', `${what}; please try again in a moment.`, { cause, retryAfterSeconds: 5 })
}
