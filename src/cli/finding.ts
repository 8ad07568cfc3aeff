/** One line of `guichet doctor`. */
export interface Finding {
  subject: string
  /** good: nothing to do; note: works, could be better; bad: something must be done. */
  status: 'good' | 'note' | 'bad'
  /** What is there, or what to do; one sentence. */
  text: string
}
