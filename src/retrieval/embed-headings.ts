import type { HeadingVector } from '../store/heading-vectors.js'
import type { Embedder } from './embedder.js'

/** A long document's passages come in batches that share their headings. */
const REMEMBERED = 500
const remembered = new WeakMap<Embedder, Map<string, HeadingVector>>()

/** Vectors by heading; each heading is embedded once. Empty ones are left out. */
export async function embedHeadings(
  embedder: Embedder,
  headings: readonly string[],
): Promise<Map<string, HeadingVector>> {
  const known = remembered.get(embedder) ?? new Map<string, HeadingVector>()
  remembered.set(embedder, known)
  const found = new Map<string, HeadingVector>()
  for (const text of new Set(headings.filter((heading) => heading !== ''))) {
    const heading = known.get(text) ?? (await embedHeading(embedder, text))
    if (heading === undefined) continue
    if (known.size >= REMEMBERED) known.clear()
    known.set(text, heading)
    found.set(text, heading)
  }
  return found
}

async function embedHeading(embedder: Embedder, text: string): Promise<HeadingVector | undefined> {
  const [vector] = await embedder.embed([text], 'passage')
  return vector && { embedder: embedder.id, vector }
}
