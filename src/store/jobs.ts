import { sql, type Selectable } from 'kysely'
import type { Executor } from './database.js'
import type { JobTable, Stage } from './schema.js'

/** Work owed to a source: at most one job each, gone once done. */
export interface Job {
  sourceId: string
  orgId: string
  task: JobTable['task']
  /** Where to take it up: everything before this stage is stored. */
  stage: Stage
  /** Runs begun since it last made progress. */
  attempts: number
  /** With the source it identifies the job: work owed anew is another job. */
  createdAt: string
}

export type JobStore = ReturnType<typeof jobStore>

/** The `job` table: a queue that survives the process. */
export function jobStore(db: Executor) {
  const own = (job: Job) =>
    db
      .updateTable('job')
      .where('source_id', '=', job.sourceId)
      .where('created_at', '=', job.createdAt)
      .where('task', '=', job.task)

  return {
    /** Owes this work to the source, in place of whatever was owed to it before, at the end of the queue. */
    async enqueue(
      job: Pick<Job, 'sourceId' | 'orgId' | 'task' | 'stage'> & { background?: boolean },
    ): Promise<void> {
      await db
        .replaceInto('job')
        .values({
          source_id: job.sourceId,
          org_id: job.orgId,
          task: job.task,
          stage: job.stage,
          attempts: 0,
          background: job.background === true ? 1 : 0,
          created_at: new Date().toISOString(),
        })
        .execute()
    },

    /** The oldest job, passing over these sources; background jobs come last. */
    async next(except: string[] = []): Promise<Job | undefined> {
      const row = await db
        .selectFrom('job')
        .selectAll()
        .$if(except.length > 0, (query) => query.where('source_id', 'not in', except))
        .orderBy('background')
        .orderBy('created_at')
        .orderBy(sql`job.rowid`)
        .limit(1)
        .executeTakeFirst()
      return row && toJob(row)
    },

    /** Counts a run as begun; written before the work, so that a run that kills the process has counted. */
    async begin(job: Job): Promise<void> {
      await own(job)
        .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
        .execute()
    },

    /** The run stopped in good order: it does not count. */
    async release(job: Job): Promise<void> {
      await own(job).set({ attempts: 0 }).execute()
    },

    /** Everything before `stage` is stored: a later run starts there. The run counts as the first again. */
    async advance(job: Job, stage: Stage): Promise<void> {
      await own(job).set({ stage, attempts: 1 }).execute()
    },

    /** Owes the source nothing any more, unless its deletion. */
    async drop(sourceId: string): Promise<void> {
      await db.deleteFrom('job').where('source_id', '=', sourceId).where('task', '=', 'ingest').execute()
    },

    /** The work is done, or given up. Work owed anew meanwhile stays. */
    async finish(job: Job): Promise<void> {
      await db
        .deleteFrom('job')
        .where('source_id', '=', job.sourceId)
        .where('created_at', '=', job.createdAt)
        .where('task', '=', job.task)
        .execute()
    },
  }
}

function toJob(row: Selectable<JobTable>): Job {
  return {
    sourceId: row.source_id,
    orgId: row.org_id,
    task: row.task,
    stage: row.stage,
    attempts: row.attempts,
    createdAt: row.created_at,
  }
}
