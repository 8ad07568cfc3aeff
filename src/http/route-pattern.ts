/** Older names and shorter ways of the same routes, each before the one it is counted as. */
const SAME: [RegExp, string][] = [
  [/^\/api\/(?=auth\/|health$)/, '/api/v1/'],
  [/^\/api\/v1\/agents(?=\/|$)/, '/api/v1/assistants'],
  [/^\/api\/v1\/message(?=\/)/, '/api/v1/messages'],
  [/^\/api\/v1\/knowledge\/qas(?=\/|$)/, '/api/v1/knowledge/qa'],
]

/**
 * The pattern of a request's path, such as `/api/v1/sessions/:id/messages`: the same however it is written, and one of
 * few, whatever was asked for. `route` is the path of the route that took it, within its router. Without one: `unmatched`
 * for what does not exist, `/api/*` for what was answered before its route (preflights, credentials, limits), else `page`.
 */
export function routePattern(url: string, route: string | undefined, status: number): string {
  const asked = segmentsOf(url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').toLowerCase())
  if (route === undefined) {
    if (status === 404) return 'unmatched'
    return asked[0] === 'api' ? '/api/*' : 'page'
  }
  // @NOTE what stands before the route are names of ours; Express forgets them when a route fails.
  const own = segmentsOf(route)
  const names = asked.slice(0, Math.max(0, asked.length - own.length))
  const pattern = `/${[...names, ...own].join('/')}`
  return SAME.reduce((path, [older, name]) => path.replace(older, name), pattern)
}

function segmentsOf(path: string): string[] {
  return (/^[^?#]*/.exec(path)?.[0] ?? '').split('/').filter((segment) => segment !== '')
}
