import { z } from 'zod'
import { Failure } from './envelope.js'
import { bodyOf, type Answer, type Operation, type Tag } from './operation.js'
import { OPERATIONS } from './operations.js'

export type DocumentLanguage = 'en' | 'fr'
type Json = Record<string, unknown>

/** What making one document hands around: its language, and the named schemas found so far. */
interface Scope {
  schemas: Json
  language: DocumentLanguage
}

const TAGS: Record<Tag, { en: string; fr: string }> = {
  auth: { en: 'Authentication', fr: 'Authentification' },
  assistants: { en: 'Assistants', fr: 'Assistants' },
  sessions: { en: 'Sessions', fr: 'Sessions' },
  conversations: { en: 'Conversations', fr: 'Conversations' },
  contexts: { en: 'User contexts', fr: 'Contextes utilisateur' },
  knowledge: { en: 'Knowledge', fr: 'Base de connaissances' },
  feedback: { en: 'Feedback', fr: 'Retours' },
  widget: { en: 'Widget', fr: 'Widget' },
  analytics: { en: 'Analytics', fr: 'Statistiques' },
  keys: { en: 'Keys', fr: 'Clés' },
  system: { en: 'System', fr: 'Système' },
}

const CREDENTIALS: Record<Operation['access'], Json[]> = {
  public: [],
  optional: [{}, { apiKey: [], apiSecret: [] }, { widgetToken: [] }],
  widget: [{ apiKey: [], apiSecret: [] }, { widgetToken: [] }],
  key: [{ apiKey: [], apiSecret: [] }],
}

/** What a refusal of each status means; the bodies are all alike. */
const REFUSALS: Record<number, { en: string; fr: string }> = {
  400: { en: 'The request cannot be read.', fr: 'La requête est illisible.' },
  401: { en: 'Credentials are missing or wrong.', fr: 'Les identifiants manquent ou sont faux.' },
  403: { en: 'These credentials may not do this.', fr: 'Ces identifiants n’autorisent pas cette action.' },
  404: { en: 'There is no such thing.', fr: 'Cela n’existe pas.' },
  422: { en: 'A field is not as it must be.', fr: 'Un champ n’est pas valable.' },
  429: { en: 'Too many requests; see Retry-After.', fr: 'Trop de requêtes ; voir Retry-After.' },
}

/**
 * The OpenAPI 3.1 document of everything that is served, made from the schemas that check it.
 * `x-aliases` lists other paths of the same operation, `x-scope` what a key must be allowed to, `x-whole-organization`
 * that it may not be narrowed to some assistants,
 * `x-uncounted` that requests do not count against the organization's hour.
 */
export function openApiDocument(version: string, language: DocumentLanguage) {
  const schemas: Json = {}
  const scope = { schemas, language }
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    const path = (paths[operation.path] ??= {})
    path[operation.method] = describe(operation, scope)
  }
  const used = new Set(OPERATIONS.map(({ tag }) => tag))
  return {
    openapi: '3.1.0',
    info: { title: 'Guichet', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => used.has(name as Tag))
      .map(([name, text]) => ({ name, 'x-displayName': text[language] })),
    paths,
    components: {
      schemas,
      responses: { Failure: jsonContent(toSchema(Failure, 'output', scope), 'Failure') },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        apiSecret: { type: 'apiKey', in: 'header', name: 'X-API-Secret' },
        widgetToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  }
}

function describe(operation: Operation, scope: Scope): Json {
  const { language } = scope
  const body = requestBody(operation, scope)
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary[language],
    ...(operation.description && { description: operation.description[language] }),
    ...(operation.aliases && { 'x-aliases': operation.aliases }),
    ...(operation.scope && { 'x-scope': operation.scope }),
    ...(operation.wholeOrganization && { 'x-whole-organization': true }),
    ...(operation.idempotent && { 'x-idempotent': true }),
    ...(operation.uncounted && { 'x-uncounted': true }),
    security: CREDENTIALS[operation.access],
    parameters: [
      ...parameters(operation.params, 'path', scope),
      ...parameters(operation.query, 'query', scope),
      ...(operation.idempotent ? [idempotencyKey(language)] : []),
    ],
    ...(body && { requestBody: body }),
    responses: responses(operation, scope),
  }
}

function idempotencyKey(language: DocumentLanguage): Json {
  const description = {
    en: 'The same key with the same request gives the first answer again, for a day.',
    fr: 'La même clé avec la même requête redonne la première réponse, pendant un jour.',
  }
  const schema = { type: 'string', minLength: 1, maxLength: 255 }
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: description[language],
    schema,
  }
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query', scope: Scope): Json[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input', scope) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }))
}

function requestBody({ body, bodyOptional, form, example }: Operation, scope: Scope): Json | undefined {
  if (form !== undefined) {
    const fields = toSchema(form, 'input', scope) as { properties?: Json }
    const file = { type: 'string', format: 'binary' }
    const schema = { ...fields, properties: { file, ...fields.properties }, required: ['file'] }
    return { required: true, content: { 'multipart/form-data': { schema } } }
  }
  if (body === undefined) return undefined
  const schema = toSchema(body, 'input', scope)
  const content = { 'application/json': { schema, ...(example !== undefined && { example }) } }
  return { required: bodyOptional !== true, content }
}

function responses(operation: Operation, scope: Scope): Json {
  const { language } = scope
  const good = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    success(operation, answer, scope),
  ])
  if (good.length === 0 && operation.events !== undefined)
    good.push(['200', eventsOnly(operation.events, scope)])
  const refused = refusalsOf(operation).map((status) => [
    String(status),
    { description: REFUSALS[status]?.[language], content: failureContent },
  ])
  const otherwise = { description: language === 'fr' ? 'Tout autre échec.' : 'Any other failure.' }
  return {
    ...Object.fromEntries([...good, ...refused] as [string, Json][]),
    default: { ...otherwise, content: failureContent },
  }
}

const failureContent = { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } }

function refusalsOf({ access, body, form, params, query, tag }: Operation): number[] {
  const isChecked = body !== undefined || form !== undefined || query !== undefined
  return [
    ...(body !== undefined || form !== undefined ? [400] : []),
    ...(access === 'public' ? [] : [401]),
    ...(access === 'key' || access === 'widget' ? [403] : []),
    ...(params === undefined ? [] : [404]),
    ...(isChecked ? [422] : []),
    ...(tag === 'system' ? [] : [429]),
  ]
}

function success(operation: Operation, answer: Answer, scope: Scope): Json {
  const schema = toSchema(bodyOf(answer), 'output', scope)
  const description = scope.language === 'fr' ? 'Réussite' : 'Success'
  if (answer.kind === 'text') {
    return { description, content: { [answer.mediaType ?? 'text/plain']: { schema } } }
  }
  const content: Json = jsonContent(schema, description)['content'] as Json
  if (operation.events !== undefined) {
    content['text/event-stream'] = { schema: toSchema(operation.events, 'output', scope) }
  }
  for (const mediaType of operation.otherMediaTypes ?? []) content[mediaType] = { schema: { type: 'string' } }
  return { description, content }
}

function eventsOnly(events: z.ZodType, scope: Scope): Json {
  const description = scope.language === 'fr' ? 'Flux d’événements' : 'Stream of events'
  return { description, content: { 'text/event-stream': { schema: toSchema(events, 'output', scope) } } }
}

function jsonContent(schema: Json, description: string): Json {
  return { description, content: { 'application/json': { schema } } }
}

/** A schema as JSON Schema; what has a name (`.meta({ id })`) is put among the components and referred to. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', { schemas, language }: Scope): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as Json
  const { $schema: _dialect, $defs: definitions, ...rest } = made
  for (const [name, definition] of Object.entries((definitions ?? {}) as Json)) {
    schemas[name] = finished(definition, language)
  }
  return finished(rest, language) as Json
}

/** With references to components, and descriptions in the one language: `.meta({ description, description_fr })`. */
function finished(value: unknown, language: DocumentLanguage): unknown {
  if (Array.isArray(value)) return value.map((item) => finished(item, language))
  if (typeof value !== 'object' || value === null) return value
  const { description_fr: french, ...rest } = value as Json
  const isTranslated = language === 'fr' && typeof french === 'string'
  const entries = Object.entries({ ...rest, ...(isTranslated && { description: french }) })
    .filter(([key]) => key !== '~standard')
    .map(([key, inner]): [string, unknown] =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
        : [key, finished(inner, language)],
    )
  return Object.fromEntries(entries)
}
