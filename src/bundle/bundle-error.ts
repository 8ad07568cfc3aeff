/** A bundle that cannot be made, read or trusted. The message is a whole sentence for the person at the terminal. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
}
