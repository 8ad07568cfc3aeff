/**
 * Why a source is of no use: it does not answer at all (`silent`), does not have the file (`absent`), what came is not
 * what was announced (`damaged`); or no source would help, because there is no room for it (`no_space`) or the models
 * folder cannot be written to (`unwritable`).
 */
export type FetchReason = 'silent' | 'absent' | 'damaged' | 'no_space' | 'unwritable'

/** Why a model could not be fetched, in one sentence for the operator. */
export class FetchError extends Error {
  override readonly name = 'FetchError'

  constructor(
    readonly reason: FetchReason,
    message: string,
    options?: ErrorOptions,
    /** One sentence per source that was tried. */
    readonly details: string[] = [],
  ) {
    super(message, options)
  }
}

/** Turns a failed write into words; anything but a full disk is given back as it came. */
export function explainWriteError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new FetchError('no_space', `The disk is full: ${path} could not be written; free some space.`, {
    cause: error,
  })
}
