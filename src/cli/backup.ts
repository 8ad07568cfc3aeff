import { resolve } from 'node:path'
import type { Command } from 'commander'
import { mebibytes } from '../backup/room.js'
import { checkBackup, restoreBackup, type CheckedBackup } from '../backup/restore-backup.js'
import { takeBackup, type BackupSummary } from '../backup/take-backup.js'
import { readConfig } from '../config.js'
import { VERSION } from '../version.js'
import { fail, print } from './output.js'

/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130

/** Adds `guichet backup FILE`. */
export function registerBackup(program: Command): void {
  program
    .command('backup')
    .description('writes database and uploads to a file, also while the appliance runs')
    .argument('<file>', 'such as guichet.tar.gz')
    .option('--with-keys', 'put the key that signs widget tokens into it')
    .option('--force', 'replace a file that is there')
    .option('--json', 'for programs')
    .action(async (file: string, options: { withKeys?: true; force?: true; json?: true }) => {
      const { data } = readConfig(process.env)
      const request = { data, file: given(file), force: options.force === true, version: VERSION }
      await interruptible('No backup was written.', async (signal) => {
        const summary = await takeBackup({ ...request, withKeys: options.withKeys === true }, signal)
        print(options.json, backupJson(summary), backupText(summary))
      })
    })
}

/** Adds `guichet restore FILE` and `guichet restore --check FILE`. */
export function registerRestore(program: Command): void {
  program
    .command('restore')
    .description(
      'puts a backup in the place of the data, which are kept aside; the appliance must be stopped',
    )
    .argument('<file>', 'what "guichet backup" wrote')
    .option('--check', 'read and check the whole backup, and change nothing')
    .option('--json', 'for programs')
    .action(async (file: string, options: { check?: true; json?: true }) => {
      const { data } = readConfig(process.env)
      const request = { file: given(file), dataDir: data.dir, version: VERSION }
      await interruptible('The data are as they were.', async (signal) => {
        if (options.check === true) {
          const checked = await checkBackup(request, signal)
          print(options.json, checkedJson(checked), `${request.file} is whole: ${described(checked)}.\n`)
          return
        }
        const restored = await restoreBackup(request, signal)
        const text = [
          `Restored into ${data.dir}: ${described(restored)}.`,
          ...(restored.aside === null
            ? []
            : [`The data that were there are in ${restored.aside}: remove it when you need them no more.`]),
          ...(restored.withKeys
            ? []
            : [
                'It held no signing key, so this folder keeps its own: widget tokens signed with another one end.',
              ]),
          `Next: start Guichet${restored.outdated.length > 0 ? ', which brings the database up to date' : ''}.`,
        ].join('\n')
        print(options.json, { ...checkedJson(restored), aside: restored.aside }, `${text}\n`)
      })
    })
}

/** A path as it was meant where the command was typed: npm and npx change the folder before they run it. */
function given(file: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), file)
}

async function interruptible(said: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  try {
    await work(stop.signal)
  } catch (error) {
    if (!stop.signal.aborted) throw error
    fail(`Interrupted. ${said}`)
    process.exitCode = INTERRUPTED
  }
}

function backupText(summary: BackupSummary): string {
  const { file, bytes, sources, conversations, uploads, missingUploads } = summary
  const lines = [
    `Written and read back: ${file}, ${mebibytes(bytes)}, with ${counted(sources, 'source')}, ${counted(uploads, 'upload')} and ${counted(conversations, 'conversation')}.`,
  ]
  if (missingUploads.length > 0) lines.push(missing(missingUploads))
  lines.push(
    summary.withKeys
      ? 'It holds the signing key: keep it where only you can read it.'
      : 'It holds no signing key (--with-keys): restored elsewhere, widget tokens in use end.',
  )
  return `${lines.join('\n')}\n`
}

function backupJson(summary: BackupSummary): object {
  return {
    file: summary.file,
    bytes: summary.bytes,
    created_at: summary.createdAt,
    sources: summary.sources,
    conversations: summary.conversations,
    uploads: summary.uploads,
    with_keys: summary.withKeys,
    missing_uploads: summary.missingUploads,
  }
}

function described(checked: CheckedBackup): string {
  const { createdAt, guichet, bytes, sources, uploads, conversations, messages, missingUploads } = checked
  const counts = [
    counted(sources, 'source'),
    counted(uploads, 'upload'),
    counted(conversations, 'conversation'),
    counted(messages, 'message'),
  ]
  const lost = missingUploads.length > 0 ? `. ${missing(missingUploads).slice(0, -1)}` : ''
  return `taken ${createdAt} by Guichet ${guichet}, ${mebibytes(bytes)}, with ${counts.join(', ')}${lost}`
}

function checkedJson(checked: CheckedBackup): object {
  return {
    file: checked.file,
    bytes: checked.bytes,
    created_at: checked.createdAt,
    guichet: checked.guichet,
    sources: checked.sources,
    uploads: checked.uploads,
    conversations: checked.conversations,
    messages: checked.messages,
    with_keys: checked.withKeys,
    missing_uploads: checked.missingUploads,
    outdated: checked.outdated,
  }
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

function missing(names: string[]): string {
  return `The appliance had lost ${counted(names.length, 'upload')} before, which the backup cannot hold: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`
}
