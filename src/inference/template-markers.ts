/** Reserved spellings inside one line of a template: `<|user|>`, `[INST]`, `<<SYS>>`, `<start_of_turn>`. */
const BRACKETED = /<\|[^|>\s]+\|>|\[\/?[A-Z_]+\]|<<\/?[A-Z]+>>|<\/?[a-z_]+>/g

/** The markers in one line of template text; a line of plain words (`User:`) has none, or prose would suffer. */
export function markersIn(line: string): string[] {
  const bracketed = line.match(BRACKETED)
  if (bracketed !== null) return [...bracketed]
  const whole = line.trim()
  return whole.length >= 3 && /^[^\p{L}\p{N}]/u.test(whole) ? [whole] : []
}

/**
 * Breaks every marker that occurs in `text` by a space after its first character. Models whose markers are
 * ordinary text (TinyLlama's `<|user|>`) would otherwise read a visitor's words as a turn of their own.
 */
export function defuse(text: string, markers: readonly string[]): string {
  return markers.reduce(
    (safe, marker) => safe.replaceAll(marker, `${marker.slice(0, 1)} ${marker.slice(1)}`),
    text,
  )
}
