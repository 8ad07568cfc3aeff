import type { Connection } from './database.js'

/** Names that begin alike ("inter…") are thousands in a large collection; more are not looked through. */
const MOST = 20_000

/**
 * Stems of the word index that begin like this, of all organizations: say only of one's own what they hold.
 * At most 20,000.
 */
export function stemsBeginning(connection: Connection, beginning: string): string[] {
  connection.exec(
    'create virtual table if not exists temp.indexed_stem using fts5vocab(main, passage_words, row)',
  )
  return connection
    .prepare<[string, string, number], string>(
      'select term from temp.indexed_stem where term >= ? and term < ? limit ?',
    )
    .pluck()
    .all(beginning, `${beginning}\u{10ffff}`, MOST)
}
