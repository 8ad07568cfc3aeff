import { z } from 'zod'

/** What the backup process is told: once, at its start. */
export const Order = z.object({
  data: z.object({ dir: z.string(), database: z.string(), uploads: z.string(), signingKey: z.string() }),
  file: z.string(),
  force: z.boolean(),
  withKeys: z.boolean(),
  version: z.string(),
  /** How many backups of the schedule stay in the file's folder, this one included. */
  keep: z.int().min(1),
})
export type Order = z.infer<typeof Order>

/** What it says before it ends. */
export const Outcome = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('done'),
    bytes: z.int(),
    createdAt: z.string(),
    missingUploads: z.array(z.string()),
    /** Older backups that went. */
    removed: z.array(z.string()),
    /** Why others that should have gone would not. */
    unremoved: z.array(z.string()),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
])
export type Outcome = z.infer<typeof Outcome>

/** What the process that looks at a folder of backups is told. */
export const LookOrder = z.object({ dir: z.string() })
export type LookOrder = z.infer<typeof LookOrder>

/** What it has seen. */
export const Looked = z.object({
  /** Why no backup can be written there; null when one can. */
  problem: z.string().nullable(),
  /** Newest first. */
  kept: z.array(z.object({ file: z.string(), at: z.coerce.date(), bytes: z.int(), ahead: z.boolean() })),
})
export type Looked = z.infer<typeof Looked>
