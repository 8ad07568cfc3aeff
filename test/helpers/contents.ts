import type { Connection } from '#src/store/database.js'

/** Tables that hold what the search modules keep for themselves; they are read through their owners. */
const INNER = 'passage_words_'

/** Every row of every table, word for word; what SQLite and its modules keep for themselves is left out. */
export function contents(connection: Connection): Record<string, unknown[]> {
  const tables = connection
    .prepare<[], { name: string }>(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`,
    )
    .all()
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(INNER))
  return Object.fromEntries(
    tables.map((name) => [
      name,
      // Contentless: only the row ids of the words can be listed, what they find is tested by searching.
      connection
        .prepare(name === 'passage_words' ? `select rowid from ${name}` : `select * from "${name}"`)
        .all()
        .map((row) => JSON.stringify(row))
        .sort(),
    ]),
  )
}
