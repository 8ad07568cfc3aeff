import type { Connection } from './database.js'

/**
 * FTS5 notes that a passage is gone and forgets its words only when it next merges the part of the index that holds them. So the
 * words of what was deleted are merged away when there is time.
 */
const SETTING = 'words_to_forget'
const PAGES_PER_STEP = 32

/** Notes that words were deleted; in the same transaction. */
export function noteDeletedWords(connection: Connection): void {
  connection.prepare(`insert or ignore into setting(key, value) values (?, '{"begun":false}')`).run(SETTING)
}

/** Whether words of what was deleted are still in the index. */
export function hasWordsToForget(connection: Connection): boolean {
  return connection.prepare('select 1 from setting where key = ?').get(SETTING) !== undefined
}

/** One short step of forgetting deleted words; answers whether there is more to do. */
export function tidyWords(connection: Connection): boolean {
  const state = connection
    .prepare<[string], string>('select value from setting where key = ?')
    .pluck()
    .get(SETTING)
  if (state === undefined) return false
  const isBegun = state.includes('true')
  const before = changes(connection)
  // A negative number begins a merge of everything; a positive one goes on with it.
  connection
    .prepare(`insert into passage_words(passage_words, rank) values ('merge', ?)`)
    .run(isBegun ? PAGES_PER_STEP : -PAGES_PER_STEP)
  // As its makers say: when less than two rows were written, nothing was left to merge.
  const isDone = changes(connection) - before < 2
  if (isDone) connection.prepare('delete from setting where key = ?').run(SETTING)
  else if (!isBegun)
    connection.prepare(`update setting set value = '{"begun":true}' where key = ?`).run(SETTING)
  return !isDone
}

function changes(connection: Connection): number {
  return connection.prepare<[], number>('select total_changes()').pluck().get() ?? 0
}
