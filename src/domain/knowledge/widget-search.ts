import type { WidgetHit, WidgetSearch } from '../../contract/knowledge.js'
import { AppError } from '../../errors.js'
import type { Hit, Retriever } from '../../retrieval/retriever.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Caller } from '../auth/caller.js'
import { requireSearch } from '../readiness.js'

/** A source shows in many passages; so many are looked at for each hit that is asked for. */
const PASSAGES_PER_HIT = 5
const SNIPPET = 240

/**
 * What an assistant may use, found from a widget: one hit for each source, best first.
 * @throws AppError `not_found`, `assistant_inactive`, or `forbidden` when the assistant is not marked for it.
 */
export async function searchFromWidget(
  { assistants, retriever }: { assistants: Assistants; retriever: Retriever },
  caller: Caller,
  { assistant_id: assistantId, q, limit }: WidgetSearch,
): Promise<WidgetHit[]> {
  const assistant = await assistants.requireFor(caller, assistantId)
  if (!assistant.widget_search)
    throw new AppError(
      'forbidden',
      `The assistant "${assistant.name}" is not open to search (widget_search).`,
    )
  await requireSearch(retriever)
  const found = await retriever.search({ orgId: caller.orgId, assistantId }, q, limit * PASSAGES_PER_HIT)
  const best = new Map<string, Hit>()
  for (const hit of found) if (!best.has(hit.sourceId)) best.set(hit.sourceId, hit)
  return [...best.values()].slice(0, limit).map((hit) => ({
    id: hit.sourceId,
    type: hit.type,
    title: hit.title,
    snippet: shorten(hit.text.replace(/\s+/gu, ' ').trim()),
    source_url: hit.url,
  }))
}

/** The opening words, cut between two of them. */
function shorten(text: string): string {
  if (text.length <= SNIPPET) return text
  const cut = text.slice(0, SNIPPET - 1)
  return `${(/\s/u.test(cut) ? cut.replace(/\s+\S*$/u, '') : cut).toWellFormed()}…`
}
