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
  /** Whether nobody asked for it: its failure leaves a source that is found as it is. */
  refresh: boolean
  /** With the source it identifies the job: work owed anew is another job. */
  createdAt: string
}

/** A page to be fetched. */
export interface FetchJob {
  job: Job
  url: string
  /** Whether a crawl found it, so that its site must be gone over gently. */
  isCrawled: boolean
}

export type JobStore = ReturnType<typeof jobStore>

const SUSPECT = sql`job.attempts >= 2`

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
      job: Pick<Job, 'sourceId' | 'orgId' | 'task' | 'stage'> & { background?: boolean; refresh?: boolean },
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
          refresh: job.refresh === true ? 1 : 0,
          created_at: new Date().toISOString(),
        })
        .execute()
    },

    /**
     * The oldest job but for fetching, passing over these sources. Background jobs come last, and behind them whatever
     * the process died of twice: should it be to blame, the others are done.
     */
    async next(except: string[] = []): Promise<Job | undefined> {
      const row = await db
        .selectFrom('job')
        .selectAll()
        .where((eb) => eb.or([eb('stage', '!=', 'fetch'), eb('task', '!=', 'ingest')]))
        .$if(except.length > 0, (query) => query.where('source_id', 'not in', except))
        .orderBy(SUSPECT)
        .orderBy('background')
        .orderBy('created_at')
        .orderBy(sql`job.rowid`)
        .limit(1)
        .executeTakeFirst()
      return row && toJob(row)
    },

    /** The oldest pages to be fetched, in the same order, passing over these sources and origins ("https://host"). */
    async fetches(limit: number, except: string[] = [], origins: string[] = []): Promise<FetchJob[]> {
      let query = db
        .selectFrom('job')
        .innerJoin('source', 'source.id', 'job.source_id')
        .selectAll('job')
        .select(['source.url', 'source.parent_id'])
        .where('job.stage', '=', 'fetch')
        .where('job.task', '=', 'ingest')
      if (except.length > 0) query = query.where('job.source_id', 'not in', except)
      for (const origin of origins) {
        const start = `${origin}/`
        query = query.where(sql<boolean>`substr(coalesce(source.url, ''), 1, ${start.length}) != ${start}`)
      }
      const rows = await query
        .orderBy(SUSPECT)
        .orderBy('job.background')
        .orderBy('job.created_at')
        .orderBy(sql`job.rowid`)
        .limit(limit)
        .execute()
      return rows.map((row) => ({ job: toJob(row), url: row.url ?? '', isCrawled: row.parent_id !== null }))
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

    /** The same, where another run does what is left. */
    async handOn(job: Job, stage: Stage): Promise<void> {
      await own(job).set({ stage, attempts: 0 }).execute()
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
    refresh: row.refresh === 1,
    createdAt: row.created_at,
  }
}
