import { z } from 'zod'
import { isUploadName } from '../store/upload-file.js'

/** Raised when an older Guichet could no longer read what a newer one writes. */
const FORMAT = 1
/** First entry of every backup. */
export const MANIFEST_NAME = 'backup.json'
export const DATABASE_NAME = 'appliance.db'
export const UPLOADS_NAME = 'uploads'
export const KEY_NAME = 'signing.key'
/** Most bytes of a manifest: some 400 000 uploads. */
export const MANIFEST_MAX_BYTES = 64 * 1024 ** 2

/** The only names an archive may hold: none of them leads out of the folder it is unpacked into. */
const FilePath = z.union([
  z.literal(DATABASE_NAME),
  z.literal(KEY_NAME),
  z
    .string()
    .refine(
      (path) => path.startsWith(`${UPLOADS_NAME}/`) && isUploadName(path.slice(UPLOADS_NAME.length + 1)),
      'is not the name of an upload',
    ),
])

const BackupFile = z.object({
  path: FilePath,
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type BackupFile = z.infer<typeof BackupFile>

/** What `backup.json` says of the files that follow it, in their order. */
export const Manifest = z
  .object({
    format: z.literal(FORMAT),
    /** Version of the Guichet that wrote it. */
    guichet: z.string().max(100),
    /** Names of the migrations its database has seen, oldest first. */
    schema: z.array(z.string()),
    created_at: z.iso.datetime(),
    /** Whether `signing.key` is in it. */
    with_keys: z.boolean(),
    /** Uploads that the database names and the appliance had lost before. */
    missing_uploads: z.array(z.string().refine(isUploadName, 'is not the name of an upload')),
    files: z.array(BackupFile),
  })
  .refine(({ files }) => new Set(files.map(({ path }) => path)).size === files.length, 'names a file twice')
  .refine(({ files }) => files[0]?.path === DATABASE_NAME, 'does not begin with the database')
  .refine(
    ({ files, with_keys: keys }) => files.some(({ path }) => path === KEY_NAME) === keys,
    'is wrong about the key',
  )
export type Manifest = z.infer<typeof Manifest>

/** A manifest of this version's format. */
export function newManifest(facts: Omit<Manifest, 'format'>): Manifest {
  return { format: FORMAT, ...facts }
}

/** Whether this is the manifest of a format that only a newer Guichet reads. */
export function isNewerFormat(raw: unknown): boolean {
  const found = z.object({ format: z.number() }).safeParse(raw)
  return found.success && found.data.format > FORMAT
}
