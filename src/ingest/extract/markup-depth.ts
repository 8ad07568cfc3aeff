/** Elements that have no end, or whose end may be left out. */
const UNENDED =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|td|th|tr|thead|tbody|tfoot|colgroup|option|optgroup|rp|rt)$/i

/**
 * Whether markup goes deeper than so many elements that are still open; told before it is parsed, because a parser takes
 * quadratic time for it.
 */
export function isDeeperThan(source: string, levels: number): boolean {
  let depth = 0
  for (const [, end, name = '', closed] of source.matchAll(/<(\/?)([a-z][\w:.-]*)(?:\s[^<>]*?)?(\/?)>/gi)) {
    if (UNENDED.test(name) || closed === '/') continue
    depth = Math.max(0, depth + (end === '/' ? -1 : 1))
    if (depth > levels) return true
  }
  return false
}
