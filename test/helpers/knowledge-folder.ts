import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database } from '#src/store/database.js'
import { readIndexRecord } from '#src/store/index-record.js'
import { placeOf } from '#src/store/passage-index.js'
import { jobStore } from '#src/store/jobs.js'
import { sourceStore, type Source } from '#src/store/sources.js'

export const ORG = 'acme'

/** A data folder of its own with an organization in its database. */
export interface KnowledgeFolder {
  path: string
  uploads: string
  database: Database
  /** Stores an upload as the API does: file, source and job. */
  addFile(name: string, content: string | Buffer, title?: string): Promise<Source>
  /** Hides a source and owes its removal, as the API does. */
  remove(id: string): Promise<void>
  dispose(): Promise<void>
}

export async function knowledgeFolder(): Promise<KnowledgeFolder> {
  const path = mkdtempSync(join(tmpdir(), 'ingest-'))
  const uploads = join(path, 'uploads')
  mkdirSync(uploads)
  const database = await openDatabase(join(path, 'appliance.db'))
  const { db } = database
  await db
    .insertInto('organization')
    .values({ id: ORG, name: ORG, requests_per_hour: null, created_at: '' })
    .execute()
  return {
    path,
    uploads,
    database,
    async addFile(name, content, title = name) {
      const storedFile = randomUUID()
      writeFileSync(join(uploads, storedFile), content)
      return db.transaction().execute(async (tx) => {
        const source = await sourceStore(tx).create({
          orgId: ORG,
          type: 'file',
          title,
          fileName: name,
          storedFile,
          sha256: createHash('sha256').update(content).digest('hex'),
        })
        await jobStore(tx).enqueue({ sourceId: source.id, orgId: ORG, task: 'ingest', stage: 'extract' })
        return source
      })
    },
    async remove(id) {
      await db.transaction().execute(async (tx) => {
        await sourceStore(tx).markDeleting(ORG, id)
        await jobStore(tx).enqueue({ sourceId: id, orgId: ORG, task: 'delete', stage: 'index' })
      })
    },
    async dispose() {
      await database.close()
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** How a source stands, as far as a test waits for it. */
export type Standing = Pick<Source, 'status' | 'stage' | 'passagesDone'>

/** Tells every change of a source's row that this handle writes, as it is written. */
export function watchSources({ connection }: Database, tell: (source: Standing) => void): void {
  connection.function('told', (json: string) => {
    tell(JSON.parse(json) as Standing)
  })
  connection.exec(
    `create temp trigger watched after update on main.source begin
       select told(json_object('status', new.status, 'stage', new.stage, 'passagesDone', new.passages_done));
     end`,
  )
}

/** Everything the index holds, without what differs from run to run (ids, times). */
export function indexContents({ connection }: Database): unknown {
  const passages = connection
    .prepare(
      `select p.num, ordinal, kind, text, page, section, start_offset, end_offset, p.language, indexed, live, s.title
       from passage p join source s on s.id = p.source_id order by s.title, ordinal`,
    )
    .all() as { num: number }[]
  return passages.map(({ num, ...passage }) => ({
    ...passage,
    words: connection.prepare('select count(*) as n from passage_words where rowid = ?').get(num),
    vector: vectorOf(connection, num),
  }))
}

function vectorOf(connection: Database['connection'], num: number): number[] | null {
  const slot = readIndexRecord(connection)?.live.slot ?? 0
  const vector = connection
    .prepare<[number], Buffer>('select vector from passage_vector where place = ?')
    .pluck()
    .get(placeOf(num, slot))
  return vector === undefined ? null : [...vector]
}
