import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Cron } from 'croner'
import { z } from 'zod'
import { usableCores } from './cores.js'
import { FetchPolicy, FetchPolicyError } from './fetch-policy.js'

/** Of its own for what is no number; what is one and lies outside of its bounds is told by zod, with the bound. */
const notANumber = ({ code }: { code?: string }) => (code === 'invalid_type' ? 'must be a number' : undefined)
const port = z.coerce.number({ error: notANumber }).int('must be a whole number').min(0).max(65535)
const count = z.coerce.number({ error: notANumber }).int('must be a whole number').min(0)
/** An empty variable (`PORT=`) means the same as none. */
const optionalText = z
  .string()
  .trim()
  .transform((text) => text || undefined)
  .optional()

const schedule = z
  .string()
  .trim()
  .refine(
    isSchedule,
    'must be a cron expression that comes round, such as "0 3 * * *" for every night at three',
  )

const fetchPolicy = z.string().transform((list, context) => {
  try {
    return new FetchPolicy(list.split(',').flatMap((entry) => entry.trim() || []))
  } catch (error) {
    if (!(error instanceof FetchPolicyError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
    return z.NEVER
  }
})

const Env = z.object({
  PORT: port.default(8080),
  HOST: z.string().trim().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().trim().min(1).default('data'),
  MODELS_DIR: z.string().trim().min(1).default('models'),
  CHAT_MODEL: optionalText,
  EMBEDDING_MODEL: optionalText,
  MODEL_FETCH: z.stringbool('must be true or false').default(true),
  MODEL_MIRROR: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  BOOTSTRAP_CLIENT_ID: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,64}$/, 'must be 3 to 64 letters, digits, ".", "_" or "-"')
    .optional(),
  BOOTSTRAP_CLIENT_SECRET: z.string().min(16, 'must have at least 16 characters').max(256).optional(),
  RATE_LIMIT_PER_HOUR: count.default(1000),
  TRUST_PROXY_HOPS: count.max(16).default(0),
  METRICS_TOKEN: z
    .string()
    .regex(/^[!-~]{16,256}$/, 'must have 16 to 256 characters, without spaces or accents')
    .optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL such as https://help.example.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
  SESSION_MINUTES: count.min(1).max(43_200).default(60),
  MAX_UPLOAD_MB: count.min(1).max(2048).default(100),
  ANALYTICS_DAYS: count.min(1).max(3650).default(30),
  ANALYTICS_HOURS_DAYS: count.min(1).max(3650).default(400),
  URL_FETCH: z.stringbool('must be true or false').default(true),
  FETCH_ALLOW: fetchPolicy.default(() => new FetchPolicy()),
  URL_REFRESH_HOURS: count.max(2160).default(0),
  THREADS: count.max(256).default(0),
  GPU: z.enum(['auto', 'off', 'cuda', 'vulkan', 'metal']).default('auto'),
  CONTEXT_TOKENS: count.min(512).max(131_072).default(2048),
  BACKUP_DIR: optionalText,
  BACKUP_SCHEDULE: schedule.default('0 3 * * *'),
  BACKUP_KEEP: count.min(1).max(10_000).default(7),
  BACKUP_WITH_KEYS: z.stringbool('must be true or false').default(false),
})

/** A start that cannot go on because of what it was told. The message holds one sentence per mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Turns environment variables into the frozen configuration. Called once, in main.ts and the CLI.
 * @throws ConfigError naming every wrong variable, not only the first.
 */
export function readConfig(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''))
  const mistakes = takeSecretFile(given)
  const parsed = Env.safeParse(given)
  const issues = parsed.success ? [] : parsed.error.issues
  mistakes.push(
    ...issues.map((issue) => {
      const name = String(issue.path[0])
      const shown = /SECRET|_TOKEN$/.test(name) ? 'the value given' : `"${given[name] ?? ''}"`
      return `${name}: ${shown} is not usable: ${issue.message}.`
    }),
  )
  const secret = given['BOOTSTRAP_CLIENT_SECRET'] ?? given['BOOTSTRAP_CLIENT_SECRET_FILE']
  if (Boolean(given['BOOTSTRAP_CLIENT_ID']) !== Boolean(secret)) {
    mistakes.push('BOOTSTRAP_CLIENT_ID and BOOTSTRAP_CLIENT_SECRET must be given together.')
  }
  if (parsed.data?.BACKUP_DIR !== undefined && isAmongUploads(parsed.data.BACKUP_DIR, parsed.data.DATA_DIR)) {
    mistakes.push('BACKUP_DIR must lie outside of the uploads in DATA_DIR, which it would back up again.')
  }
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'))

  const e = parsed.data
  const dataDir = resolve(e.DATA_DIR)
  return Object.freeze({
    http: Object.freeze({
      port: e.PORT,
      host: e.HOST,
      /** Proxies in front of us whose X-Forwarded-For may be believed. */
      proxyHops: e.TRUST_PROXY_HOPS,
      publicUrl: e.PUBLIC_URL,
      /** What /metrics is read with; absent = on this machine only. */
      metricsToken: e.METRICS_TOKEN,
      /** Requests per hour and organization; 0 = no limit. */
      requestsPerHour: e.RATE_LIMIT_PER_HOUR,
      maxUploadBytes: e.MAX_UPLOAD_MB * 1024 * 1024,
    }),
    data: Object.freeze({
      dir: dataDir,
      database: resolve(dataDir, 'appliance.db'),
      uploads: resolve(dataDir, 'uploads'),
      signingKey: resolve(dataDir, 'signing.key'),
    }),
    models: Object.freeze({
      dir: resolve(e.MODELS_DIR),
      /** A manifest id or a file name inside `dir`; absent = the best one there is. */
      chat: e.CHAT_MODEL,
      embedding: e.EMBEDDING_MODEL,
      fetch: e.MODEL_FETCH,
      mirror: e.MODEL_MIRROR,
    }),
    /** Pages of the web that are given as knowledge: whether they are fetched, and from where besides public addresses. */
    fetch: Object.freeze({ enabled: e.URL_FETCH, policy: e.FETCH_ALLOW }),
    /** Hours between two times that a page is fetched, where its giver says nothing; null = never. */
    urlRefreshHours: e.URL_REFRESH_HOURS === 0 ? null : e.URL_REFRESH_HOURS,
    engine: Object.freeze({
      /** CPU threads for llama.cpp and onnxruntime. */
      threads: e.THREADS === 0 ? usableCores() : e.THREADS,
      gpu: e.GPU,
      contextTokens: e.CONTEXT_TOKENS,
    }),
    bootstrap:
      e.BOOTSTRAP_CLIENT_ID !== undefined && e.BOOTSTRAP_CLIENT_SECRET !== undefined
        ? Object.freeze({ clientId: e.BOOTSTRAP_CLIENT_ID, clientSecret: e.BOOTSTRAP_CLIENT_SECRET })
        : undefined,
    /** Undefined when no backups are scheduled. */
    backup:
      e.BACKUP_DIR === undefined
        ? undefined
        : Object.freeze({
            dir: resolve(e.BACKUP_DIR),
            schedule: e.BACKUP_SCHEDULE,
            keep: e.BACKUP_KEEP,
            withKeys: e.BACKUP_WITH_KEYS,
          }),
    analytics: Object.freeze({
      /** How long each request and each event of a widget is kept. */
      days: e.ANALYTICS_DAYS,
      /** How long the counts by the hour are kept. */
      hoursDays: e.ANALYTICS_HOURS_DAYS,
    }),
    sessionMinutes: e.SESSION_MINUTES,
    logLevel: e.LOG_LEVEL,
  })
}

/**
 * A container engine hands over a secret as a file; its text takes the place of the variable's.
 * Gives back one sentence when that cannot be.
 */
function takeSecretFile(given: Record<string, string | undefined>): string[] {
  const file = given['BOOTSTRAP_CLIENT_SECRET_FILE']
  if (file === undefined) return []
  if (given['BOOTSTRAP_CLIENT_SECRET'] !== undefined) {
    return ['BOOTSTRAP_CLIENT_SECRET and BOOTSTRAP_CLIENT_SECRET_FILE exclude each other: give one of them.']
  }
  try {
    given['BOOTSTRAP_CLIENT_SECRET'] = readFileSync(file, 'utf8').trim()
    return []
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [`BOOTSTRAP_CLIENT_SECRET_FILE: "${file}" cannot be read (${reason}).`]
  }
}

function isSchedule(text: string): boolean {
  // @NOTE croner takes a single date as well.
  if (!/^(@\w+|\S+(\s+\S+){4,5})$/.test(text)) return false
  try {
    return new Cron(text).nextRun() !== null
  } catch {
    return false
  }
}

function isAmongUploads(backupDir: string, dataDir: string): boolean {
  return !relative(join(resolve(dataDir), 'uploads'), resolve(backupDir)).startsWith('..')
}

export type Config = ReturnType<typeof readConfig>
