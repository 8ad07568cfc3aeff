import type { Connection } from './database.js'
import { passageIndex } from './passage-index.js'

/** Ready, or as it was before its last processing failed. */
const SEARCHED = `(status = 'ready' or (status = 'failed' and live_version is not null))`

/**
 * Makes the index fit the embedder. When another one wrote it, every source that is searched is owed a new embedding in the
 * same transaction, so that no crash can leave passages without vectors. Call before any job runs.
 */
export function prepareIndex(
  connection: Connection,
  embedder: { id: string; dimension: number },
): 'unchanged' | 'created' | 'replaced' {
  return connection.transaction(() => {
    const found = passageIndex(connection).ensureVectorTable(embedder.dimension, embedder.id)
    if (found === 'replaced') {
      const now = new Date().toISOString()
      connection
        .prepare(
          `insert or replace into job(source_id, org_id, task, stage, attempts, created_at)
           select id, org_id, 'ingest', 'embed', 0, ? from source where ${SEARCHED}`,
        )
        .run(now)
      connection.prepare(`update source set status = 'pending', updated_at = ? where ${SEARCHED}`).run(now)
      connection.exec('update passage set indexed = 0, live = 0 where indexed = 1 or live = 1')
    }
    return found
  })()
}
