/** What generated manuals of one language are made of. Word lists are parted by commas, frequent words first. */
export interface Wording {
  parts: string
  verbs: string
  adjectives: string
  places: string
  people: string
  units: string
  /** Sentences with gaps such as `{part}`; those of a section's subject are the same in all of these three. */
  headings: readonly string[]
  openings: readonly string[]
  questions: readonly string[]
  /** What fills a section; `{other}` and `{third}` are other parts, `{action}` another verb. */
  sentences: readonly string[]
  /** Puts articles right that depend on the word behind them. */
  polish: (text: string) => string
}
