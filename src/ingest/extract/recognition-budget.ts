/** One page takes about six seconds; one that takes so much longer is a drawing or a trap. */
const PAGE_MS = 120_000
/** A file gets this much for each page that must be recognized, */
const SHARE_MS = 20_000
/** but, however long it is, no more than this: other sources wait. */
const FILE_MS = 45 * 60_000

/** How long recognition may go on for one file; pages that it does not suffice for are named as unreadable. */
export class RecognitionBudget {
  readonly #ends: number

  /** @param pages how many are to be recognized */
  constructor(pages: number, fileMs = FILE_MS) {
    this.#ends = Date.now() + Math.min(fileMs, Math.max(PAGE_MS, pages * SHARE_MS))
  }

  /** Milliseconds that the next page may take; 0 once the time is used up. */
  nextPage(): number {
    return Math.max(0, Math.min(PAGE_MS, this.#ends - Date.now()))
  }
}
