import { sql, type RawBuilder } from 'kysely'

/**
 * Which sources of the table `s` an assistant may use, as a condition of SQL: those for everyone or assigned to it, but
 * none that its own rules leave out; what is said of a crawl holds for its pages. `assistant` stands for its id; null = only what every assistant may use.
 */
export function usableBy(assistant: string): string {
  const rule = (name: 'include' | 'exclude') => `exists (select 1 from assistant_source r
      where r.assistant_id = ${assistant} and r.source_id in (s.id, s.parent_id) and r.rule = '${name}')`
  return `(s.everyone = 1 or exists (
      select 1 from source_assistant a where a.source_id = s.id and a.assistant_id = ${assistant}))
    and not ${rule('exclude')}
    and (${rule('include')} or not exists (
      select 1 from assistant k where k.id = ${assistant} and k.knowledge_mode = 'included'))`
}

/** The same for a query on `source` that Kysely builds. */
export function usableSourceIds(orgId: string, assistantId: string): RawBuilder<boolean> {
  const [head = '', ...rest] = usableBy('@').split('@')
  const condition = rest.reduce((done, part) => sql`${done}${assistantId}${sql.raw(part)}`, sql.raw(head))
  return sql<boolean>`source.id in (select s.id from source s where s.org_id = ${orgId} and ${condition})`
}
