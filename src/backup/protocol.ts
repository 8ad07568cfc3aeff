import { z } from 'zod'

/** What the backup process is told: once, at its start. */
export const Order = z.object({
  data: z.object({ dir: z.string(), database: z.string(), uploads: z.string(), signingKey: z.string() }),
  file: z.string(),
  force: z.boolean(),
  withKeys: z.boolean(),
  version: z.string(),
})

/** What it says before it ends. */
export const Outcome = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('done'),
    bytes: z.int(),
    createdAt: z.string(),
    missingUploads: z.array(z.string()),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
])
export type Outcome = z.infer<typeof Outcome>
