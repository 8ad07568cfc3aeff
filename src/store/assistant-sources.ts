import type { Executor } from './database.js'

/** Which sources an assistant uses: all that are open to it, or only the included ones; minus the excluded ones. */
export interface KnowledgeRule {
  mode: 'all' | 'included'
  include: string[]
  exclude: string[]
}

/** Rows written in one statement; SQLite takes a bounded number of parameters. */
const BATCH = 500

export type AssistantSourceStore = ReturnType<typeof assistantSourceStore>

/** The `assistant_source` table, and the mode kept with the assistant. */
export function assistantSourceStore(db: Executor) {
  return {
    /** The assistant's rule, or undefined when the organization has no such assistant. */
    async find(orgId: string, assistantId: string): Promise<KnowledgeRule | undefined> {
      const assistant = await db
        .selectFrom('assistant')
        .select('knowledge_mode')
        .where('org_id', '=', orgId)
        .where('id', '=', assistantId)
        .executeTakeFirst()
      if (assistant === undefined) return undefined
      const rows = await db
        .selectFrom('assistant_source')
        .innerJoin('source', 'source.id', 'assistant_source.source_id')
        .select(['assistant_source.source_id as id', 'rule'])
        .where('assistant_id', '=', assistantId)
        .where('source.status', '!=', 'deleting')
        .orderBy('assistant_source.source_id')
        .execute()
      const named = (rule: 'include' | 'exclude') =>
        rows.filter((row) => row.rule === rule).map(({ id }) => id)
      return { mode: assistant.knowledge_mode, include: named('include'), exclude: named('exclude') }
    },

    /** Puts a rule in place of the one before. Run it in a transaction, after `find` and with ids that exist. */
    async replace(assistantId: string, { mode, include, exclude }: KnowledgeRule): Promise<void> {
      const at = new Date().toISOString()
      await db
        .updateTable('assistant')
        .set({ knowledge_mode: mode, updated_at: at })
        .where('id', '=', assistantId)
        .execute()
      await db.deleteFrom('assistant_source').where('assistant_id', '=', assistantId).execute()
      const rows = [
        ...include.map((id) => ({ assistant_id: assistantId, source_id: id, rule: 'include' as const })),
        ...exclude.map((id) => ({ assistant_id: assistantId, source_id: id, rule: 'exclude' as const })),
      ]
      for (let from = 0; from < rows.length; from += BATCH) {
        await db
          .insertInto('assistant_source')
          .values(rows.slice(from, from + BATCH))
          .execute()
      }
    },

    /** The first of these ids that is no source of the organization. */
    async stray(orgId: string, ids: readonly string[]): Promise<string | undefined> {
      const known = new Set<string>()
      for (let from = 0; from < ids.length; from += BATCH) {
        const rows = await db
          .selectFrom('source')
          .select('id')
          .where('org_id', '=', orgId)
          .where('status', '!=', 'deleting')
          .where('id', 'in', ids.slice(from, from + BATCH))
          .execute()
        for (const { id } of rows) known.add(id)
      }
      return ids.find((id) => !known.has(id))
    },
  }
}
