import type { Command } from 'commander'
import { readConfig } from '../config.js'
import { chooseModel, isPresent } from '../models/choose.js'
import { FetchError } from '../models/fetch-error.js'
import { fetchModel } from '../models/fetch-model.js'
import { candidates } from '../models/fetch.js'
import { detectHardware } from '../models/hardware.js'
import { readManifest, type ModelEntry } from '../models/manifest.js'
import { createProgress } from '../models/progress-bar.js'
import { commandLine } from './command-line.js'

/** Adds `guichet models list` and `guichet models fetch`. */
export function registerModels(program: Command): void {
  const models = program.command('models').description('the models this appliance knows')
  models
    .command('list')
    .description('every known model: present, recommended here, licence')
    .action(listModels)
  models
    .command('fetch')
    .description('fetches models by their ids; without one, those recommended for this machine')
    .argument('[id...]')
    .action(fetchModels)
}

async function listModels(): Promise<void> {
  const { models: config } = readConfig(process.env)
  const manifest = readManifest()
  const hardware = await detectHardware()
  for (const role of ['embedding', 'chat'] as const) {
    const chosen = chooseModel(role, { dir: config.dir, manifest }, config[role])
    const [recommended] = candidates(role, { manifest, hardware })
    process.stdout.write(`${role === 'chat' ? '\nChat' : 'Search'}\n`)
    if (chosen && !chosen.entry) process.stdout.write(`  ${chosen.id} (in use): ${chosen.why}\n`)
    for (const entry of manifest.models.filter((model) => model.role === role)) {
      const marks = [
        entry.id === chosen?.id && 'in use',
        entry.id !== chosen?.id && isPresent(config.dir, entry) && 'present',
        entry === recommended && 'recommended here',
        entry.licence,
      ]
      process.stdout.write(`  ${entry.id} (${marks.filter(Boolean).join(', ')}): ${entry.why}.\n`)
    }
  }
}

async function fetchModels(ids: string[]): Promise<void> {
  const { models: config } = readConfig(process.env)
  const manifest = readManifest()
  const wanted = ids.length > 0 ? ids : await recommendedIds()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const silentHosts = new Set<string>()
  for (const id of wanted) {
    if (stop.signal.aborted) return
    const entry = manifest.models.find((model) => model.id === id)
    if (!entry) {
      process.stderr.write(`There is no model "${id}"; see "${commandLine('models list')}".\n`)
      process.exitCode = 1
      continue
    }
    await fetchOne(entry, { dir: config.dir, mirror: config.mirror, silentHosts, signal: stop.signal })
  }
}

async function fetchOne(entry: ModelEntry, options: Parameters<typeof fetchModel>[1]): Promise<void> {
  if (isPresent(options.dir, entry)) {
    process.stdout.write(`${entry.name} is here already.\n`)
    return
  }
  try {
    const problems = await fetchModel(entry, { ...options, onProgress: createProgress(process.stderr) })
    for (const problem of problems) process.stderr.write(`${problem}\n`)
    process.stdout.write(`${entry.name} was fetched and checked.\n`)
  } catch (error) {
    if (options.signal?.aborted) {
      process.stderr.write(
        `${entry.name}: stopped; the next try goes on from here where the source allows it.\n`,
      )
      process.exitCode = 130
      return
    }
    if (!(error instanceof FetchError)) throw error
    process.stderr.write(`${[...error.details, error.message].join('\n')}\n`)
    process.exitCode = 1
  }
}

async function recommendedIds(): Promise<string[]> {
  const from = { manifest: readManifest(), hardware: await detectHardware() }
  return (['embedding', 'chat'] as const).flatMap((role) => candidates(role, from)[0]?.id ?? [])
}
