import { readFile, stat, statfs } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'
import { askedCounter, askedGauge, askedGauges, remembered } from './asked.js'

/** How long counts of the knowledge are good for: whoever looks more often loads no database. */
const KNOWLEDGE_MS = 10_000
const ENGINE_STATES = ['missing', 'unloaded', 'loading', 'ready', 'restarting', 'failed'] as const

/** The chat model's engine, as far as it is measured. */
export interface EngineCondition {
  state: (typeof ENGINE_STATES)[number]
  /** Process id of the inference child, when it runs. */
  pid: number | null
  /** Replacements of a child that died, since the start. */
  restarts?: number
  /** `refused`: replies that found no place, or waited too long for their turn, since the start. */
  queue?: { running: number; waiting: number; capacity: number; refused: number }
}

/** What is held, over all organizations. */
export interface KnowledgeCondition {
  /** Sources by their status. */
  sources: Record<string, number>
  /** Passages of sources that are ready. */
  passages: number
  /** Work owed to sources, by kind; what is under way included. */
  jobs: Record<string, number>
}

/** Backups, where they are made. */
export interface BackupCondition {
  /** When the first one after the last good one was or is due. */
  dueAt: Date | null
  lastSuccessAt: Date | null
  /** Size of the last good one. */
  bytes: number | null
  /** Since the start. */
  failures: number
}

/** Where the appliance's condition is read from; each may throw, and is left out then. */
export interface Condition {
  version: string
  /** Questions can be answered. */
  ready: () => boolean
  engine: () => EngineCondition
  knowledge: () => Promise<KnowledgeCondition>
  dataDir: string
  databaseFile: string
  backup?: () => BackupCondition | Promise<BackupCondition>
}

/** Registers what is read from the condition at every look. */
export function watchCondition(registry: Registry, condition: Condition): void {
  const { version, ready, engine } = condition
  new Gauge({
    name: 'guichet_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1)
  askedGauge(registry, 'guichet_ready', '1 while questions can be answered, else 0.', () => Number(ready()))
  watchEngine(registry, engine)
  watchKnowledge(registry, remembered(condition.knowledge, KNOWLEDGE_MS))
  watchDisk(registry, condition)
  if (condition.backup !== undefined) watchBackup(registry, condition.backup)
}

function watchEngine(registry: Registry, engine: Condition['engine']): void {
  askedGauges(registry, 'guichet_engine_state', '1 for the state the chat engine is in.', 'state', () => {
    const { state } = engine()
    return Object.fromEntries(ENGINE_STATES.map((each) => [each, Number(each === state)]))
  })
  const queue = (field: 'running' | 'waiting' | 'capacity', what: string) => {
    askedGauge(registry, `guichet_engine_queue_${field}`, what, () => engine().queue?.[field] ?? null)
  }
  queue('running', 'Replies the chat model is writing.')
  queue('waiting', 'Replies waiting for the chat model.')
  queue('capacity', 'Replies that may wait for the chat model.')
  askedCounter(
    registry,
    'guichet_engine_queue_refused_total',
    'Replies refused because the queue was full or their wait too long.',
    () => engine().queue?.refused ?? 0,
  )
  askedCounter(
    registry,
    'guichet_engine_restarts_total',
    'Restarts of an inference process that died.',
    () => engine().restarts ?? 0,
  )
  askedGauge(
    registry,
    'guichet_engine_resident_memory_bytes',
    'Resident memory of the inference process; on Linux, while it runs.',
    () => residentBytes(engine().pid),
  )
}

function watchKnowledge(registry: Registry, knowledge: Condition['knowledge']): void {
  askedGauges(registry, 'guichet_sources', 'Knowledge sources by status.', 'status', async () => {
    return (await knowledge()).sources
  })
  askedGauge(registry, 'guichet_passages', 'Passages of the sources that are ready.', async () => {
    return (await knowledge()).passages
  })
  askedGauges(
    registry,
    'guichet_ingestion_jobs',
    'Work owed to sources, what is under way included.',
    'task',
    async () => (await knowledge()).jobs,
  )
}

function watchDisk(registry: Registry, { dataDir, databaseFile }: Condition): void {
  askedGauges(
    registry,
    'guichet_database_size_bytes',
    'Size of the database and of its write-ahead log.',
    'file',
    async () => ({ main: await size(databaseFile), wal: await size(`${databaseFile}-wal`) }),
  )
  askedGauge(registry, 'guichet_disk_free_bytes', 'What is free where the data lie.', async () => {
    const { bavail, bsize } = await statfs(dataDir)
    return bavail * bsize
  })
  askedGauge(registry, 'guichet_disk_size_bytes', 'Size of the disk where the data lie.', async () => {
    const { blocks, bsize } = await statfs(dataDir)
    return blocks * bsize
  })
}

function watchBackup(registry: Registry, backup: NonNullable<Condition['backup']>): void {
  askedGauge(
    registry,
    'guichet_backup_last_success_timestamp_seconds',
    'When the last good backup was made, in Unix time; absent before the first.',
    async () => {
      const { lastSuccessAt } = await backup()
      return lastSuccessAt === null ? null : lastSuccessAt.getTime() / 1000
    },
  )
  askedGauge(
    registry,
    'guichet_backup_due_timestamp_seconds',
    'When the first backup after the last good one was or is due, in Unix time; before the first, when the appliance started.',
    async () => {
      const { dueAt } = await backup()
      return dueAt === null ? null : dueAt.getTime() / 1000
    },
  )
  askedGauge(registry, 'guichet_backup_size_bytes', 'Size of the last good backup.', async () => {
    return (await backup()).bytes
  })
  askedCounter(registry, 'guichet_backup_failures_total', 'Backups that failed.', async () => {
    return (await backup()).failures
  })
}

async function size(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

/** Linux's word on a process's memory, in kB whatever the page size; null elsewhere, and for none. */
async function residentBytes(pid: number | null): Promise<number | null> {
  if (pid === null) return null
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}
