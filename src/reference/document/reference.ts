import { readEndpoint, type Endpoint } from './endpoint.js'
import { fields, list, text, type Json } from './json.js'

export interface Chapter {
  name: string
  title: string
  endpoints: Endpoint[]
}

/** An OpenAPI document as the page shows it. */
export interface Reference {
  version: string
  chapters: Chapter[]
  /** The named schemas that others refer to. */
  schemas: Json
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Reads what `GET /api/v1/openapi.json` answers; what is not understood is left out. */
export function readReference(value: unknown): Reference {
  const document = fields(value)
  const endpoints = Object.entries(fields(document['paths'])).flatMap(([path, item]) =>
    Object.entries(fields(item))
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => readEndpoint(path, method, operation)),
  )
  endpoints.sort(byAddress)
  const tags = list(document['tags']).map(fields)
  return {
    version: text(fields(document['info'])['version']),
    chapters: tags.map((tag) => {
      const name = text(tag['name'])
      const title = text(tag['x-displayName']) || name
      return { name, title, endpoints: endpoints.filter(({ chapter }) => chapter === name) }
    }),
    schemas: fields(fields(document['components'])['schemas']),
  }
}

/** What is about one thing stands together: a list before its entries, an entry before what hangs on it. */
function byAddress(one: Endpoint, other: Endpoint): number {
  const [a, b] = [one, other].map(({ path }) => path.replace(/\/$/, ''))
  if (a === b || a === undefined || b === undefined) {
    return METHODS.indexOf(one.method.toLowerCase()) - METHODS.indexOf(other.method.toLowerCase())
  }
  return a < b ? -1 : 1
}

/** Fetches the document in a language. `root` is where the appliance is served. */
export async function fetchReference(root: URL, language: string, signal: AbortSignal): Promise<Reference> {
  const response = await fetch(new URL(`api/v1/openapi.json?lang=${language}`, root), {
    credentials: 'omit',
    signal,
  })
  if (!response.ok) throw new Error(`The reference answered ${response.status}.`)
  return readReference(await response.json())
}

/** The chapters with those endpoints whose name, path or text hold every word of `query`. */
export function filterChapters(chapters: readonly Chapter[], query: string): Chapter[] {
  const words = plain(query).split(/\s+/).filter(Boolean)
  return chapters
    .map((chapter) => ({
      ...chapter,
      endpoints: chapter.endpoints.filter((endpoint) => {
        const { id, method, path, aliases, summary } = endpoint
        const all = plain([chapter.title, id, method, path, ...aliases, summary].join(' '))
        return words.every((word) => all.includes(word))
      }),
    }))
    .filter(({ endpoints }) => endpoints.length > 0)
}

/** Small letters without accents. */
function plain(value: string): string {
  return value.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('’', "'").toLowerCase()
}
