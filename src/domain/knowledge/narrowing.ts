import { AppError, notFound } from '../../errors.js'
import type { Executor } from '../../store/database.js'
import { sourceStore, type Source } from '../../store/sources.js'
import { mayUseAssistant, type Caller } from '../auth/caller.js'

/**
 * Lets a caller see a source. A client that is narrowed to some assistants sees what these may use, by name or since all
 * may; what is kept for others does not exist to it.
 * @throws AppError `not_found`.
 */
export async function requireVisible(db: Executor, caller: Caller, source: Source): Promise<void> {
  if (caller.assistantIds.length === 0 || source.everyone) return
  const owners = await ownersOf(db, source)
  if (!owners.some((id) => mayUseAssistant(caller, id))) throw notFound('knowledge source', source.id)
}

/**
 * Lets a caller change a source: a narrowed client only what no other assistant uses.
 * @throws AppError `not_found`, `forbidden`.
 */
export async function requireChangeable(db: Executor, caller: Caller, source: Source): Promise<void> {
  if (caller.assistantIds.length === 0) return
  await requireVisible(db, caller, source)
  const owners = await ownersOf(db, source)
  if (source.everyone || !owners.every((id) => mayUseAssistant(caller, id))) {
    throw new AppError(
      'forbidden',
      'This key is narrowed to some assistants, and others use this knowledge source too.',
    )
  }
}

/**
 * The only assistants that a new source is for; undefined = all. What a narrowed client names none for is for its own.
 * @throws AppError `invalid_input` naming an assistant that the client may not use, as if it did not exist.
 */
export function assistantsFor(caller: Caller, named: string[] | undefined): string[] | undefined {
  if (caller.assistantIds.length === 0) return named
  if (named === undefined || named.length === 0) return [...caller.assistantIds]
  requireOwnAssistants(caller, named)
  return named
}

/** @throws AppError `invalid_input` naming an assistant that the client may not use, as if it did not exist. */
export function requireOwnAssistants(caller: Caller, named: string[], path = 'assistant_ids'): void {
  const stray = named.find((id) => !mayUseAssistant(caller, id))
  if (stray === undefined) return
  const message = `There is no assistant "${stray}".`
  throw new AppError('invalid_input', `${path}: ${message}`, { fields: [{ path, message }] })
}

async function ownersOf(db: Executor, { id }: Source): Promise<string[]> {
  return (await sourceStore(db).assistantIds([id])).get(id) ?? []
}
