import type { SourceWarning } from '../../store/source-row.js'

/** As many numbers are named in a sentence; the list beside it is whole. */
const NAMED_PAGES = 12

/** What became of pages that hold pictures in place of text. Numbers are 1-based and in order. */
export interface PageOutcome {
  pages: number
  recognized: number[]
  unreadable: number[]
}

/** What the person who gave a file should know of its pages. */
export function pageWarnings({ pages, recognized, unreadable }: PageOutcome): SourceWarning[] {
  const warnings: SourceWarning[] = []
  if (unreadable.length > 0) {
    const message = `${unreadable.length} of ${pages} pages could not be read: ${named(unreadable)}.`
    warnings.push({ code: 'pages_unreadable', message, pages: unreadable })
  }
  if (recognized.length > 0) {
    const what =
      pages === 1
        ? 'The text was recognized in a picture'
        : recognized.length === pages
          ? `The text of all ${pages} pages was recognized in pictures`
          : `The text of ${recognized.length} of ${pages} pages was recognized in pictures`
    const which = recognized.length === pages ? '' : `: ${named(recognized)}`
    const message = `${what} and may hold errors${which}.`
    warnings.push({ code: 'text_recognized', message, pages: recognized })
  }
  return warnings
}

/** Runs of neighbours as ranges: `3, 7–9, 12`. */
function named(pages: number[]): string {
  const runs: { from: number; to: number }[] = []
  for (const page of pages) {
    const last = runs.at(-1)
    if (last?.to === page - 1) last.to = page
    else runs.push({ from: page, to: page })
  }
  const parts = runs.flatMap(({ from, to }) =>
    to - from < 2 ? [from, to].slice(0, to - from + 1).map(String) : [`${from}–${to}`],
  )
  const rest = parts.length - NAMED_PAGES
  return rest > 0 ? `${parts.slice(0, NAMED_PAGES).join(', ')} and others` : parts.join(', ')
}
