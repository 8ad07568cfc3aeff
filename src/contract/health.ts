import { z } from 'zod'

const ChatState = z.object({
  state: z.enum(['missing', 'unloaded', 'loading', 'ready', 'restarting', 'failed']),
  model: z.string().nullable(),
  device: z.enum(['cpu', 'cuda', 'vulkan', 'metal']).nullable(),
  pid: z.int().nullable(),
  detail: z.string().nullable(),
  queue: z
    .object({ running: z.int(), waiting: z.int(), capacity: z.int(), refused: z.int() })
    .nullable()
    .meta({
      description:
        'Replies being written, waiting, and refused since the start; null where there is no queue.',
      description_fr:
        'Réponses en cours, en attente et refusées depuis le démarrage ; null quand il n’y a pas de file.',
    }),
  restarts: z.int().meta({
    description: 'How often the model’s process was replaced since the start.',
    description_fr: 'Combien de fois le processus du modèle a été remplacé depuis le démarrage.',
  }),
})

/** `GET /readyz` and the open part of `GET /health`. */
export const Health = z
  .object({
    ready: z.boolean().meta({
      description: 'Whether questions can be answered.',
      description_fr: 'S’il peut répondre aux questions.',
    }),
    detail: z.string().nullable().meta({
      description: 'What is missing, when it is not ready.',
      description_fr: 'Ce qui manque, quand il n’est pas prêt.',
    }),
    version: z.string(),
    chat: ChatState.pick({ state: true }),
  })
  .meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

/** How scheduled backups stand. */
export const BackupHealth = z.object({
  /** The cron expression. */
  schedule: z.string(),
  next_at: z.string().nullable(),
  /** When the first one after the last success was or is due; one that never succeeded is due since the start. */
  due_at: z.string().nullable(),
  running: z.boolean(),
  last_success_at: z.string().nullable(),
  /** Size of the newest backup. */
  last_bytes: z.int().nullable(),
  /** Tries that failed since the start. */
  failures: z.int(),
  /** Why the last try failed; null once one has succeeded. */
  last_error: z.string().nullable(),
})
export type BackupHealth = z.infer<typeof BackupHealth>

/** What `GET /health` adds for keys. */
export const HealthDetails = Health.extend({
  chat: ChatState,
  embedding: z.object({
    model: z.string().nullable(),
    state: z.enum(['loading', 'ready', 'failed']),
    rebuilding: z
      .object({
        from: z.string().meta({
          description: 'The model that the index was made with.',
          description_fr: 'Le modèle avec lequel l’index a été fait.',
        }),
        search: z.enum(['earlier_vectors', 'words']).meta({
          description:
            'What finds meanwhile: words and the earlier model’s vectors, or words alone, when that model is gone.',
          description_fr:
            'Ce qui trouve entre-temps : les mots et les vecteurs du modèle précédent, ou les mots seuls, quand ce modèle n’est plus là.',
        }),
        done: z.int(),
        total: z.int(),
      })
      .nullable()
      .meta({
        description: 'Passages embedded anew with another model, of so many; null when none are.',
        description_fr:
          'Passages vectorisés de nouveau avec un autre modèle, sur combien ; null quand il n’y en a pas.',
      }),
  }),
  node: z.string(),
  uptime_seconds: z.int(),
  memory_bytes: z.int(),
  disk_free_bytes: z.int().nullable(),
  /** Null when no backups are scheduled. */
  backup: BackupHealth.nullable(),
}).meta({ id: 'HealthDetails' })
export type HealthDetails = z.infer<typeof HealthDetails>

/** `GET /page/config.json`: what the page at `/` needs to begin. */
export const PageConfig = z.object({
  client_id: z.string(),
  assistant: z
    .object({
      id: z.string(),
      name: z.string(),
      description: z.string(),
      language: z.string(),
      answer_mode: z.enum(['auto', 'quote', 'compose']),
    })
    .nullable(),
  operator: z.boolean(),
  version: z.string(),
  public_url: z.string().nullable(),
  limits: z.object({ max_upload_bytes: z.int() }),
})
export type PageConfig = z.infer<typeof PageConfig>
