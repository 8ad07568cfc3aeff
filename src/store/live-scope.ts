import type { Connection } from './database.js'

/** What decides which sources an assistant may use; source-scope.ts says the same in SQL. */
export interface ScopeRules {
  assigned: ReadonlySet<string>
  rules: ReadonlyMap<string, 'include' | 'exclude'>
  onlyIncluded: boolean
}

/** The rules of an assistant; without one, those of nobody. */
export function rulesFor(connection: Connection, assistantId: string | undefined): ScopeRules {
  const assigned = connection
    .prepare<[string | undefined], string>('select source_id from source_assistant where assistant_id = ?')
    .pluck()
    .all(assistantId)
  const rules = connection
    .prepare<[string | undefined], { source_id: string; rule: 'include' | 'exclude' }>(
      'select source_id, rule from assistant_source where assistant_id = ?',
    )
    .all(assistantId)
  const mode = connection
    .prepare<[string | undefined], string>('select knowledge_mode from assistant where id = ?')
    .pluck()
    .get(assistantId)
  return {
    assigned: new Set(assigned),
    rules: new Map(rules.map(({ source_id, rule }) => [source_id, rule])),
    onlyIncluded: mode === 'included',
  }
}

/** Whether a source of its organization may be used. */
export function mayUse(
  { assigned, rules, onlyIncluded }: ScopeRules,
  source: { sourceId: string; everyone: boolean },
): boolean {
  const rule = rules.get(source.sourceId)
  if (rule === 'exclude' || (onlyIncluded && rule !== 'include')) return false
  return source.everyone || assigned.has(source.sourceId)
}
