import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Id, type Page, type Paging } from '../../contract/common.js'
import type { Context, ContextPatch, ContextQuery, NewContext } from '../../contract/contexts.js'
import { AppError, notFound } from '../../errors.js'
import type { ContextStore, UserContextRow } from '../../store/contexts.js'
import type { Database, Executor } from '../../store/database.js'
import { mergePatch } from './merge-patch.js'

const Traits = z.record(z.string(), z.unknown())

/** What an organization tells of its own users, so that replies can heed it. */
export class Contexts {
  constructor(
    private readonly db: Database['db'],
    private readonly store: ContextStore,
  ) {}

  /**
   * Creates the context of a person, or merges the traits into the one there is.
   * @throws AppError `invalid_input` when the merged traits are too large.
   */
  save(orgId: string, given: NewContext): Promise<{ context: Context; isNew: boolean }> {
    return this.db.transaction().execute(async (tx) => {
      const there = await this.store.byReference(orgId, given.user_reference, tx)
      if (there !== undefined)
        return { context: await this.change(there, { traits: given.traits }, tx), isNew: false }
      const now = new Date().toISOString()
      const row = {
        id: randomUUID(),
        org_id: orgId,
        user_reference: given.user_reference,
        traits: JSON.stringify(mergePatch({}, given.traits, 'traits')),
        created_at: now,
        updated_at: now,
      }
      await this.store.create(row, tx)
      return { context: present(row), isNew: true }
    })
  }

  /** Newest first. */
  async list(orgId: string, query: ContextQuery): Promise<Page<Context>> {
    const paging: Paging = { limit: query.limit, offset: query.offset }
    const { rows, total } = await this.store.list(orgId, paging, {
      reference: query.user_reference,
      q: query.q,
    })
    return { rows: rows.map(present), total }
  }

  /**
   * @param name the context's id, or its `user_reference`.
   * @throws AppError `not_found`.
   */
  async get(orgId: string, name: string): Promise<Context> {
    return present(await this.require(orgId, name))
  }

  /** @throws AppError `not_found`, `invalid_input`, or `conflict` when another context has that reference. */
  patch(orgId: string, name: string, patch: ContextPatch): Promise<Context> {
    return this.db
      .transaction()
      .execute(async (tx) => this.change(await this.require(orgId, name, tx), patch, tx))
  }

  /** @throws AppError `not_found`. */
  async remove(orgId: string, name: string): Promise<void> {
    const { id } = await this.require(orgId, name)
    await this.store.remove(orgId, id)
  }

  /** The context of that id, or else of that `user_reference`; undefined when there is neither. */
  async named(orgId: string, name: string, executor?: Executor): Promise<UserContextRow | undefined> {
    const byId = Id.safeParse(name).success ? await this.store.find(orgId, name, executor) : undefined
    return byId ?? this.store.byReference(orgId, name, executor)
  }

  private async require(orgId: string, name: string, executor?: Executor): Promise<UserContextRow> {
    const row = await this.named(orgId, name, executor)
    if (row === undefined) throw notFound('context', name)
    return row
  }

  private async change(row: UserContextRow, patch: ContextPatch, tx: Executor): Promise<Context> {
    const reference = patch.user_reference ?? row.user_reference
    if (reference !== row.user_reference) {
      const other = await this.store.byReference(row.org_id, reference, tx)
      if (other !== undefined)
        throw new AppError('conflict', `Another context has the user_reference "${reference}" already.`)
    }
    const changed = {
      user_reference: reference,
      traits: JSON.stringify(mergePatch(traitsOf(row), patch.traits ?? {}, 'traits')),
      updated_at: new Date().toISOString(),
    }
    await this.store.update(row.org_id, row.id, changed, tx)
    return present({ ...row, ...changed })
  }
}

function traitsOf(row: UserContextRow): Record<string, unknown> {
  return Traits.parse(JSON.parse(row.traits))
}

function present(row: UserContextRow): Context {
  return {
    id: row.id,
    user_reference: row.user_reference,
    traits: traitsOf(row),
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
