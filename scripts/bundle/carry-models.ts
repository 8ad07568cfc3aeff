import { copyFileSync, constants, linkSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { BundleError } from '../../src/bundle/bundle-error.js'
import { checksumOf } from '../../src/bundle/checksums.js'
import { readConfig, type Config } from '../../src/config.js'
import { chooseModel, isPresent, type ChosenModel } from '../../src/models/choose.js'
import { FetchError } from '../../src/models/fetch-error.js'
import { fetchModel } from '../../src/models/fetch-model.js'
import { fileLocation, readManifest, type ModelRole } from '../../src/models/manifest.js'
import { createProgress } from '../../src/models/progress-bar.js'
import { prepareModels } from '../../src/startup/models.js'

/** A model as it is put into a bundle. */
export interface CarriedModel {
  /** Manifest id, or the name of what was placed by hand. */
  id: string
  role: ModelRole
  name: string
  /** An SPDX identifier; unknown of a model placed by hand. */
  licence: string | undefined
  /** Paths inside the models folder. */
  files: { path: string; sha256: string }[]
}

/**
 * Puts models into the bundle: those named, fetched when they are not here, or else those that an appliance here would
 * use. Every file is hashed, and compared with what the manifest says of it.
 * @throws BundleError when one is not to be had, or is not what the manifest describes
 */
export async function carryModels(ids: string[], to: string): Promise<CarriedModel[]> {
  const { models: config } = readConfig(process.env)
  const chosen = ids.length > 0 ? await named(ids, config) : await wouldUse(config)
  return Promise.all(chosen.map(({ role, model }) => carry(role, model, config.dir, to)))
}

interface Chosen {
  role: ModelRole
  model: ChosenModel
}

async function wouldUse(config: Config['models']): Promise<Chosen[]> {
  const { embedding, chat, problems } = await prepareModels(config, process.stderr)
  if (embedding === undefined)
    throw new BundleError(
      [...problems, 'There is no search model to put in: name one with --models, or say --no-models.'].join(
        '\n',
      ),
    )
  return [{ role: 'embedding', model: embedding }, ...(chat ? [{ role: 'chat' as const, model: chat }] : [])]
}

async function named(ids: string[], config: Config['models']): Promise<Chosen[]> {
  const manifest = readManifest()
  const chosen: Chosen[] = []
  for (const id of new Set(ids)) {
    const entry = manifest.models.find((model) => model.id === id)
    if (entry && !isPresent(config.dir, entry)) await fetchNow(entry, config)
    const placed = statSync(join(config.dir, id), { throwIfNoEntry: false })
    const role = entry?.role ?? (placed?.isDirectory() === true ? 'embedding' : 'chat')
    const model = chooseModel(role, { dir: config.dir, manifest }, id)
    if (model === undefined)
      throw new BundleError(`There is no model "${id}": neither in the manifest nor in ${config.dir}.`)
    chosen.push({ role, model })
  }
  return chosen
}

async function fetchNow(entry: Parameters<typeof fetchModel>[0], { dir, mirror }: Config['models']) {
  try {
    await fetchModel(entry, { dir, mirror, onProgress: createProgress(process.stderr) })
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    throw new BundleError([...error.details, error.message].join('\n'))
  }
}

async function carry(role: ModelRole, model: ChosenModel, from: string, to: string): Promise<CarriedModel> {
  const { entry } = model
  const paths = entry
    ? entry.files.map((file) => fileLocation(entry, file))
    : filesIn(model.path).map((file) => relative(from, file))
  const files = []
  for (const path of paths) {
    place(join(from, path), join(to, path))
    files.push({ path, sha256: await checksumOf(join(to, path)) })
  }
  const pinned = new Map(entry?.files.map((file) => [fileLocation(entry, file), file.sha256]))
  const wrong = files.find(({ path, sha256 }) => (pinned.get(path) ?? sha256) !== sha256)
  if (wrong !== undefined)
    throw new BundleError(`${join(from, wrong.path)} is not what the manifest describes: fetch it again.`)
  return { id: model.id, role, name: entry?.name ?? model.id, licence: entry?.licence, files }
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)))
}

/** A second name for the same bytes where the disk allows it: models are large, and only read from here on. */
function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
  }
}
