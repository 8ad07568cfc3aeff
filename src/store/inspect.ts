import { existsSync } from 'node:fs'
import { adviceFor, openConnection } from './database.js'
import { migrations } from './migrations/index.js'
import { findDamage } from './soundness.js'

/** What `inspectDatabase` found; `version` is the newest migration the file has seen, `advice` the end of a sentence. */
export type DatabaseState =
  | { state: 'absent' }
  | { state: 'current' | 'older' | 'newer'; version: string }
  | { state: 'unreadable'; reason: string; advice: string }

/**
 * Looks at the database without changing it, also while a server is using it.
 * @param options.thorough reads its pages as well, as a start does, which may take seconds.
 */
export function inspectDatabase(file: string, options: { thorough?: boolean } = {}): DatabaseState {
  if (!existsSync(file)) return { state: 'absent' }
  const known = Object.keys(migrations).sort()
  try {
    const damage = options.thorough === true ? findDamage(file) : undefined
    if (damage !== undefined)
      return { state: 'unreadable', reason: damage, advice: 'restore a backup or move it away' }
    const connection = openConnection(file, { readonly: true })
    try {
      const rows = connection
        .prepare<[], { name: string }>('select name from kysely_migration order by name')
        .all()
      const applied = rows.map((row) => row.name)
      const version = applied.at(-1) ?? 'none'
      if (applied.some((name) => !known.includes(name))) return { state: 'newer', version }
      return { state: applied.length < known.length ? 'older' : 'current', version }
    } finally {
      connection.close()
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { state: 'unreadable', reason, advice: adviceFor(error) }
  }
}
