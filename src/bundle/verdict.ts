/** What checking a bundle found out. */
export interface Verdict {
  /** Nothing failed; says nothing of the origin where that was not checked. */
  ok: boolean
  /** verified: signed by the owner of the key given; unchecked: no key was given. */
  origin: 'verified' | 'unchecked' | 'failed'
  /** How many files were compared with their checksums. */
  files: number
  /** One sentence for each thing that is wrong. */
  failures: string[]
}
