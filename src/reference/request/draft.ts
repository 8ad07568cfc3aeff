import { type Endpoint, type Parameter, streaming } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { sampleOf } from '../document/sample.js'
import { readShape } from '../document/shape.js'

/** What somebody is about to send to an endpoint. */
export interface Draft {
  /** By `parameterKey`; an empty text is not sent. */
  values: Record<string, string>
  /** The JSON body, as typed. */
  body: string
  /** The text fields of a form; an empty text is not sent. */
  form: Record<string, string>
  file: File | null
  stream: boolean
}

/** A text field of a form, or its file. */
export interface FormField {
  name: string
  isFile: boolean
  required: boolean
  schema: Json
}

/** Where a parameter's value is in a draft. */
export function parameterKey({ place, name }: Parameter): string {
  return `${place}:${name}`
}

/** Whether the endpoint takes a multipart form. */
export function takesForm({ body }: Endpoint): boolean {
  return body?.mediaType === 'multipart/form-data'
}

/** The fields of the endpoint's form; none where it takes none. */
export function formFields(endpoint: Endpoint, schemas: Json): FormField[] {
  if (!takesForm(endpoint)) return []
  return readShape(endpoint.body?.schema ?? {}, schemas).properties.map(({ name, required, schema }) => ({
    name,
    required,
    schema,
    isFile: readShape(schema, schemas).format === 'binary',
  }))
}

/** The draft to begin with: the endpoint's own example, or what its schema requires. */
export function newDraft(endpoint: Endpoint, schemas: Json): Draft {
  return {
    values: {},
    body: firstBody(endpoint, schemas),
    form: {},
    file: null,
    stream: streaming(endpoint) !== 'never',
  }
}

function firstBody(endpoint: Endpoint, schemas: Json): string {
  const { body } = endpoint
  if (body === null || takesForm(endpoint)) return ''
  return JSON.stringify(body.example ?? sampleOf(body.schema, schemas, false), null, 2)
}
