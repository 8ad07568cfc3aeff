import type { Insertable, Selectable } from 'kysely'
import type { Page, Paging } from '../contract/common.js'
import type { Executor } from './database.js'
import type { UnansweredGroupTable, UnansweredQuestionTable } from './schema-usage.js'

const COLUMNS = [
  'id',
  'assistant_id',
  'question',
  'language',
  'questions',
  'status',
  'source_id',
  'first_at',
  'last_at',
] as const

export type UnansweredRow = Pick<Selectable<UnansweredGroupTable>, (typeof COLUMNS)[number]>
export type UnansweredStore = ReturnType<typeof unansweredStore>

export interface UnansweredFilter {
  /** The only assistants; empty = all. */
  assistants: readonly string[]
  status?: UnansweredRow['status'] | undefined
  language?: string | undefined
  /** Last asked from then on, and before then. */
  from?: string | undefined
  to?: string | undefined
}

/** Declined questions in groups, always within one organization. */
export function unansweredStore(db: Executor) {
  return {
    /** Most asked first. */
    list: async (orgId: string, filter: UnansweredFilter, paging: Paging): Promise<Page<UnansweredRow>> => {
      let query = db.selectFrom('unanswered_group').where('org_id', '=', orgId)
      if (filter.status !== undefined) query = query.where('status', '=', filter.status)
      if (filter.assistants.length > 0) query = query.where('assistant_id', 'in', filter.assistants)
      if (filter.language !== undefined) query = query.where('language', '=', filter.language)
      if (filter.from !== undefined) query = query.where('last_at', '>=', filter.from)
      if (filter.to !== undefined) query = query.where('last_at', '<', filter.to)
      const rows = await query
        .select(COLUMNS)
        .orderBy('questions', 'desc')
        .orderBy('last_at', 'desc')
        .orderBy('id')
        .limit(paging.limit)
        .offset(paging.offset)
        .execute()
      const { total } = await query
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { rows, total }
    },

    /** Where `assistants` names any, undefined for a group of another one. */
    find: (orgId: string, id: string, assistants: readonly string[]): Promise<UnansweredRow | undefined> =>
      db
        .selectFrom('unanswered_group')
        .select(COLUMNS)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .$if(assistants.length > 0, (query) => query.where('assistant_id', 'in', assistants))
        .executeTakeFirst(),

    /** Newest first. */
    asked: (groupId: string, limit: number) =>
      db
        .selectFrom('unanswered_question')
        .select(['message_id', 'question', 'created_at'])
        .where('group_id', '=', groupId)
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute(),

    /** Changes a group, unless it has the status `unless`; undefined when it has, or there is none. */
    update: (
      orgId: string,
      id: string,
      changes: Partial<Pick<UnansweredRow, 'status' | 'source_id'>>,
      unless?: UnansweredRow['status'],
    ): Promise<UnansweredRow | undefined> =>
      db
        .updateTable('unanswered_group')
        .set(changes)
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .$if(unless !== undefined, (query) => query.where('status', '<>', unless ?? 'open'))
        .returning(COLUMNS)
        .executeTakeFirst(),

    remove: async (orgId: string, id: string): Promise<void> => {
      await db.deleteFrom('unanswered_group').where('org_id', '=', orgId).where('id', '=', id).execute()
    },

    /** The groups that a new question may belong to: those last asked, without the answered ones. */
    candidates: (assistantId: string, language: string, limit: number) =>
      db
        .selectFrom('unanswered_group')
        .select(['id', 'question', 'vector', 'embedder'])
        .where('assistant_id', '=', assistantId)
        .where('language', '=', language)
        .where('status', '<>', 'answered')
        .orderBy('last_at', 'desc')
        .limit(limit)
        .execute(),

    create: async (row: Insertable<UnansweredGroupTable>): Promise<void> => {
      await db.insertInto('unanswered_group').values(row).execute()
    },

    /** Adds a question to its group and counts it; false when there is no such group any more. */
    add: async (row: Insertable<UnansweredQuestionTable>): Promise<boolean> => {
      const counted = await db
        .updateTable('unanswered_group')
        .set((eb) => ({ questions: eb('questions', '+', 1), last_at: row.created_at }))
        .where('id', '=', row.group_id)
        .executeTakeFirstOrThrow()
      if (counted.numUpdatedRows === 0n) return false
      await db.insertInto('unanswered_question').values(row).execute()
      return true
    },

    /** Whether the message is still kept: its talk may have been erased meanwhile. */
    hasMessage: async (id: string): Promise<boolean> =>
      (await db.selectFrom('message').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
  }
}
