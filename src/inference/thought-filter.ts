/** Between these a reasoning model thinks aloud. */
const TAGS = [
  { open: '<think>', close: '</think>' },
  { open: '<thinking>', close: '</thinking>' },
]
const ENDS_IN_THOUGHT = /<think(?:ing)?>\s*$/

/** Whether a prompt's text leaves the model inside a thought that its template has opened. */
export function endsInThought(prompt: string): boolean {
  return ENDS_IN_THOUGHT.test(prompt)
}

/** A template that shows thoughts in its history must not make them the end of a reply. */
export function isThoughtTag(text: string): boolean {
  return TAGS.some(({ open, close }) => text === open || text === close)
}

/** Lets a reply's text through without the model's thoughts; a thought without an end hides all that follows. */
export class ThoughtFilter {
  #held = ''
  #isThinking: boolean

  constructor(startsInThought = false) {
    this.#isThinking = startsInThought
  }

  /** The part of the text so far that is no thought and has not been returned yet. */
  add(text: string): string {
    this.#held += text
    let said = ''
    for (;;) {
      const sought = TAGS.map(({ open, close }) => (this.#isThinking ? close : open))
      const found = firstOf(sought, this.#held)
      const clear = found?.at ?? this.#held.length - openEnd(sought, this.#held)
      if (!this.#isThinking) said += this.#held.slice(0, clear)
      this.#held = this.#held.slice(clear + (found?.tag.length ?? 0))
      if (found === undefined) return said
      this.#isThinking = !this.#isThinking
    }
  }

  /** What was held back for nothing. */
  finish(): string {
    return this.#isThinking ? '' : this.#held
  }
}

function firstOf(tags: readonly string[], text: string): { tag: string; at: number } | undefined {
  return tags
    .map((tag) => ({ tag, at: text.indexOf(tag) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => a.at - b.at)[0]
}

/** Length of the longest ending of `text` that begins some tag. */
function openEnd(tags: readonly string[], text: string): number {
  const longest = Math.max(...tags.map((tag) => tag.length)) - 1
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    if (tags.some((tag) => tag.startsWith(text.slice(-length)))) return length
  }
  return 0
}
