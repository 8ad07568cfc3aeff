import type { PdfDocument } from './pdf-document.js'

/** A bookmark that leads to a page. */
export interface Bookmark {
  title: string
  /** 1 = outermost. */
  level: number
  /** 1-based. */
  page: number
}

interface Told {
  title?: string
  dest?: unknown
  items?: Told[]
}

/** More are not followed. */
const MOST = 3000
const DEEPEST = 6

/** The bookmarks of a PDF, in order; none where it has none, or they are damaged. */
export async function readOutline(document: PdfDocument): Promise<Bookmark[]> {
  const outline = ((await document.getOutline().catch(() => null)) ?? []) as Told[]
  const bookmarks: Bookmark[] = []
  const follow = async (entries: Told[], level: number): Promise<void> => {
    for (const entry of entries) {
      if (bookmarks.length >= MOST) return
      const page = await pageOf(document, entry.dest).catch(() => undefined)
      if (page !== undefined && entry.title) bookmarks.push({ title: entry.title, level, page })
      if (level < DEEPEST) await follow(entry.items ?? [], level + 1)
    }
  }
  await follow(outline, 1)
  return bookmarks
}

async function pageOf(document: PdfDocument, dest: unknown): Promise<number | undefined> {
  const list: unknown = typeof dest === 'string' ? await document.getDestination(dest) : dest
  const target: unknown = Array.isArray(list) ? list[0] : undefined
  if (typeof target === 'number') return target + 1
  if (typeof target !== 'object' || target === null) return undefined
  return (await document.getPageIndex(target as { num: number; gen: number })) + 1
}
