/** Nothing could be asked; the message says why. */
export class AskError extends Error {
  override readonly name = 'AskError'
}
