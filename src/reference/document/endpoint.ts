import { fields, list, text, type Json } from './json.js'

/** Whoever may use an endpoint; `open`: without credentials too. */
export interface Access {
  open: boolean
  keys: boolean
  token: boolean
}

export type Place = 'path' | 'query' | 'header'

export interface Parameter {
  name: string
  place: Place
  required: boolean
  description: string
  schema: Json
}

export interface Body {
  required: boolean
  mediaType: string
  schema: Json
  /** Undefined where none is given. */
  example: unknown
}

/** What one status answers with; `frames` is of a stream, `schema` of a whole body. */
export interface Answer {
  status: string
  description: string
  mediaType: string | null
  schema: Json | null
  frames: Json | null
}

export interface Endpoint {
  id: string
  method: string
  path: string
  aliases: string[]
  chapter: string
  summary: string
  description: string
  access: Access
  scope: string | null
  idempotent: boolean
  parameters: Parameter[]
  body: Body | null
  answers: Answer[]
}

const STREAM = 'text/event-stream'

/** Whether a status is one of a request that was fulfilled. */
export function isGood({ status }: Answer): boolean {
  return status.startsWith('2')
}

/** How an endpoint's success can be read: whole, as a stream, or as the caller chooses. */
export function streaming({ answers }: Endpoint): 'never' | 'always' | 'optional' {
  const good = answers.filter(isGood)
  if (!good.some(({ frames }) => frames !== null)) return 'never'
  return good.some(({ schema }) => schema !== null) ? 'optional' : 'always'
}

/** One operation of an OpenAPI document. */
export function readEndpoint(path: string, method: string, value: unknown): Endpoint {
  const operation = fields(value)
  return {
    id: text(operation['operationId']) || `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    aliases: list(operation['x-aliases']).map(text),
    chapter: text(list(operation['tags'])[0]),
    summary: text(operation['summary']),
    description: text(operation['description']),
    access: readAccess(operation['security']),
    scope: text(operation['x-scope']) || null,
    idempotent: operation['x-idempotent'] === true,
    parameters: list(operation['parameters']).map(readParameter),
    body: readBody(operation['requestBody']),
    answers: Object.entries(fields(operation['responses'])).map(readAnswer),
  }
}

function readAccess(security: unknown): Access {
  const ways = list(security).map((way) => Object.keys(fields(way)))
  return {
    open: ways.length === 0 || ways.some((names) => names.length === 0),
    keys: ways.some((names) => names.includes('apiKey')),
    token: ways.some((names) => names.includes('widgetToken')),
  }
}

function readParameter(value: unknown): Parameter {
  const parameter = fields(value)
  const schema = fields(parameter['schema'])
  const place = text(parameter['in'])
  return {
    name: text(parameter['name']),
    place: place === 'path' || place === 'header' ? place : 'query',
    required: parameter['required'] === true,
    description: text(parameter['description']) || text(schema['description']),
    schema,
  }
}

function readBody(value: unknown): Body | null {
  const body = fields(value)
  const [first] = Object.entries(fields(body['content']))
  if (first === undefined) return null
  const [mediaType, inside] = first
  const { schema, example } = fields(inside)
  return { required: body['required'] === true, mediaType, schema: fields(schema), example }
}

function readAnswer([status, value]: [string, unknown]): Answer {
  const answer = fields(value)
  const content = fields(answer['content'])
  const [mediaType = null] = Object.keys(content).filter((type) => type !== STREAM)
  const schemaOf = (type: string) => fields(fields(content[type])['schema'])
  return {
    status,
    description: text(answer['description']),
    mediaType,
    schema: mediaType === null ? null : schemaOf(mediaType),
    frames: STREAM in content ? schemaOf(STREAM) : null,
  }
}
