import { type Endpoint, type Place } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { formFields, parameterKey, takesForm, type Draft } from './draft.js'

/** A request's body: JSON as typed, or the parts of a form. A file that is not chosen yet is null. */
export type PreparedBody =
  | { kind: 'none' }
  | { kind: 'json'; text: string }
  | { kind: 'form'; parts: [name: string, value: string][]; fileField: string; file: File | null }

/** A request, ready to be sent or to be written down as an example. */
export interface Prepared {
  method: string
  url: string
  headers: [name: string, value: string][]
  body: PreparedBody
  stream: boolean
  /** Names of what must be given and is not. */
  missing: string[]
}

/** Makes a request of a draft. `root` is where the appliance is served; `credentials` are headers. */
export function prepare(
  endpoint: Endpoint,
  schemas: Json,
  draft: Draft,
  root: URL,
  credentials: [string, string][],
): Prepared {
  const body = bodyOf(endpoint, schemas, draft)
  return {
    method: endpoint.method,
    url: addressOf(endpoint, draft, root),
    headers: [
      ...credentials,
      ...given(endpoint, draft, 'header'),
      ...(draft.stream ? [['Accept', 'text/event-stream'] as [string, string]] : []),
      ...(body.kind === 'json' ? [['Content-Type', 'application/json'] as [string, string]] : []),
    ],
    body,
    stream: draft.stream,
    missing: missing(endpoint, schemas, draft),
  }
}

function given({ parameters }: Endpoint, { values }: Draft, place: Place): [string, string][] {
  return parameters
    .filter((parameter) => parameter.place === place)
    .map((parameter): [string, string] => [parameter.name, values[parameterKey(parameter)] ?? ''])
    .filter(([, value]) => value !== '')
}

/** Path parameters that are not filled stay in their braces. */
function addressOf(endpoint: Endpoint, draft: Draft, root: URL): string {
  const inPath = Object.fromEntries(given(endpoint, draft, 'path'))
  const path = endpoint.path.replace(/\{(\w+)\}/g, (braces, name: string) => {
    const value = inPath[name]
    return value === undefined ? braces : encodeURIComponent(value)
  })
  const query = new URLSearchParams(given(endpoint, draft, 'query')).toString()
  return `${root.href.replace(/\/$/, '')}${path}${query === '' ? '' : `?${query}`}`
}

function bodyOf(endpoint: Endpoint, schemas: Json, draft: Draft): PreparedBody {
  if (takesForm(endpoint)) {
    const all = formFields(endpoint, schemas)
    const parts = all
      .filter(({ isFile }) => !isFile)
      .map(({ name }): [string, string] => [name, draft.form[name] ?? ''])
      .filter(([, value]) => value !== '')
    const fileField = all.find(({ isFile }) => isFile)?.name ?? ''
    return { kind: 'form', parts, fileField, file: draft.file }
  }
  const isEmpty = endpoint.body === null || draft.body.trim() === ''
  return isEmpty ? { kind: 'none' } : { kind: 'json', text: draft.body }
}

function missing(endpoint: Endpoint, schemas: Json, draft: Draft): string[] {
  const parameters = endpoint.parameters
    .filter((parameter) => parameter.required && !draft.values[parameterKey(parameter)])
    .map(({ name }) => name)
  const inForm = formFields(endpoint, schemas)
    .filter(({ required }) => required)
    .filter(({ name, isFile }) => (isFile ? draft.file === null : !draft.form[name]))
    .map(({ name }) => name)
  return [...parameters, ...inForm]
}
