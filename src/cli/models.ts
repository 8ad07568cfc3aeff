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
import { print } from './output.js'

/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130

const ROLES = ['embedding', 'chat'] as const

/** Adds `guichet models list` and `guichet models fetch`. */
export function registerModels(program: Command): void {
  const models = program.command('models').description('the models this appliance knows')
  models
    .command('list')
    .description('every known model: present, recommended here, licence')
    .option('--json', 'for programs')
    .action(listModels)
  models
    .command('fetch')
    .description('fetches models by their ids; without one, those recommended for this machine')
    .argument('[id...]')
    .option('--json', 'for programs')
    .action(fetchModels)
}

/** One line of the list. */
interface Listed {
  id: string
  role: (typeof ROLES)[number]
  in_use: boolean
  present: boolean
  recommended: boolean
  /** Null for a file that the manifest does not know. */
  licence: string | null
  why: string
}

async function listModels({ json }: { json?: true }): Promise<void> {
  const { models: config } = readConfig(process.env)
  const manifest = readManifest()
  const hardware = await detectHardware()
  const listed = ROLES.flatMap((role): Listed[] => {
    const chosen = chooseModel(role, { dir: config.dir, manifest }, config[role])
    const [recommended] = candidates(role, { manifest, hardware })
    const known = manifest.models.filter((model) => model.role === role)
    const own = { role, in_use: true, present: true, recommended: false, licence: null }
    return [
      ...(chosen && !chosen.entry ? [{ ...own, id: chosen.id, why: chosen.why }] : []),
      ...known.map((entry) => ({
        id: entry.id,
        role,
        in_use: entry.id === chosen?.id,
        present: isPresent(config.dir, entry),
        recommended: entry === recommended,
        licence: entry.licence,
        why: entry.why,
      })),
    ]
  })
  print(json, listed, asText(listed))
}

function asText(listed: Listed[]): string {
  return ROLES.map((role) => {
    const lines = listed.filter((model) => model.role === role).map(lineOf)
    return `${role === 'chat' ? '\nChat' : 'Search'}\n${lines.join('')}`
  }).join('')
}

function lineOf(model: Listed): string {
  if (model.licence === null) return `  ${model.id} (in use): ${model.why}\n`
  const marks = [
    model.in_use && 'in use',
    !model.in_use && model.present && 'present',
    model.recommended && 'recommended here',
    model.licence,
  ]
  return `  ${model.id} (${marks.filter(Boolean).join(', ')}): ${model.why}.\n`
}

/** How fetching one model ended. */
interface Fetched {
  id: string
  outcome: 'fetched' | 'present' | 'unknown' | 'stopped' | 'failed'
  /** What to tell of it, one sentence a line. */
  detail: string
}

async function fetchModels(ids: string[], { json }: { json?: true }): Promise<void> {
  const { models: config } = readConfig(process.env)
  const manifest = readManifest()
  const wanted = ids.length > 0 ? ids : await recommendedIds()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const options = {
    dir: config.dir,
    mirror: config.mirror,
    silentHosts: new Set<string>(),
    signal: stop.signal,
  }
  const results: Fetched[] = []
  for (const id of wanted) {
    if (stop.signal.aborted) break
    const entry = manifest.models.find((model) => model.id === id)
    const result: Fetched = entry
      ? await fetchOne(entry, options)
      : { id, outcome: 'unknown', detail: `There is no model "${id}"; see "${commandLine('models list')}".` }
    results.push(result)
    if (json !== true) tell(result)
  }
  if (json === true) print(json, results, '')
  if (results.some(isFailure)) process.exitCode = 1
  if (results.some(({ outcome }) => outcome === 'stopped')) process.exitCode = INTERRUPTED
}

function isFailure({ outcome }: Fetched): boolean {
  return outcome !== 'fetched' && outcome !== 'present'
}

function tell(result: Fetched): void {
  const stream = isFailure(result) ? process.stderr : process.stdout
  stream.write(`${result.detail}\n`)
}

async function fetchOne(entry: ModelEntry, options: Parameters<typeof fetchModel>[1]): Promise<Fetched> {
  const { id, name } = entry
  if (isPresent(options.dir, entry)) return { id, outcome: 'present', detail: `${name} is here already.` }
  try {
    const problems = await fetchModel(entry, { ...options, onProgress: createProgress(process.stderr) })
    for (const problem of problems) process.stderr.write(`${problem}\n`)
    return { id, outcome: 'fetched', detail: `${name} was fetched and checked.` }
  } catch (error) {
    if (options.signal?.aborted) {
      const detail = `${name}: stopped; the next try goes on from here where the source allows it.`
      return { id, outcome: 'stopped', detail }
    }
    if (!(error instanceof FetchError)) throw error
    return { id, outcome: 'failed', detail: [...error.details, error.message].join('\n') }
  }
}

async function recommendedIds(): Promise<string[]> {
  const from = { manifest: readManifest(), hardware: await detectHardware() }
  return ROLES.flatMap((role) => candidates(role, from)[0]?.id ?? [])
}
