import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileLocation, modelLocation, type Manifest, type ModelEntry, type ModelRole } from './manifest.js'

/** The model a role is filled with. */
export interface ChosenModel {
  /** Manifest id, or the name of the file or folder in the models folder. */
  id: string
  /** A chat model's GGUF file, or an embedding model's folder; absolute. */
  path: string
  /** What the manifest knows about it; absent for a model somebody placed by hand. */
  entry: ModelEntry | undefined
  /** One sentence: which model, and why this one. */
  why: string
}

/** The files a model is chosen from. */
export interface ModelsFolder {
  dir: string
  manifest: Manifest
}

/**
 * Which of the models present fills a role: the one named, else the largest placed by hand, else the first of the
 * manifest's. Undefined when there is none, or when the one named is not there.
 */
export function chooseModel(role: ModelRole, folder: ModelsFolder, named?: string): ChosenModel | undefined {
  if (named !== undefined) return findNamed(role, folder, named)
  const placed = placedByHand(role, folder)[0]
  if (placed !== undefined) {
    return { ...placed, entry: undefined, why: `${placed.id} was placed into the models folder by hand.` }
  }
  const entry = folder.manifest.models.find((model) => model.role === role && isPresent(folder.dir, model))
  return entry && { ...known(folder.dir, entry), why: `${entry.name}: ${entry.why}.` }
}

/** Whether every file of a model is in its place. Hashes were checked before the files got their names. */
export function isPresent(dir: string, entry: ModelEntry): boolean {
  return entry.files.every((file) => {
    const path = join(dir, fileLocation(entry, file))
    return existsSync(path) && (file.bytes === undefined || statSync(path).size === file.bytes)
  })
}

function known(dir: string, entry: ModelEntry) {
  return { id: entry.id, path: resolve(dir, modelLocation(entry)), entry }
}

function findNamed(role: ModelRole, { dir, manifest }: ModelsFolder, named: string): ChosenModel | undefined {
  const why = `${named} was chosen in the configuration.`
  const entry = manifest.models.find(
    (model) => model.role === role && (model.id === named || modelLocation(model) === named),
  )
  if (entry) return isPresent(dir, entry) ? { ...known(dir, entry), why } : undefined
  const path = resolve(dir, named)
  const inside = path.startsWith(resolve(dir) + sep)
  return inside && existsSync(path) ? { id: named, path, entry: undefined, why } : undefined
}

/** Models of no manifest entry, the largest first. */
function placedByHand(role: ModelRole, { dir, manifest }: ModelsFolder): { id: string; path: string }[] {
  const fetched = new Set(manifest.models.map(modelLocation))
  return namesIn(dir)
    .filter((name) => !name.startsWith('.') && !fetched.has(name))
    .filter((name) => (role === 'chat' ? isChatFile(name) : isEmbeddingFolder(join(dir, name))))
    .map((name) => ({ id: name, path: resolve(dir, name) }))
    .sort((a, b) => statSync(b.path).size - statSync(a.path).size || a.id.localeCompare(b.id))
}

/** What the models folder holds; nothing where it is missing, no folder, or closed to us. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

/** A GGUF that can be loaded by itself: not a picture encoder, not the second part of a split model. */
function isChatFile(name: string): boolean {
  return /\.gguf$/i.test(name) && !/^mmproj/i.test(name) && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/i.test(name)
}

function isEmbeddingFolder(path: string): boolean {
  return existsSync(join(path, 'config.json')) && existsSync(join(path, 'onnx'))
}
