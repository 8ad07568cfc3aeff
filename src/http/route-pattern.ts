/**
 * The pattern of a request's path, such as `/api/v1/sessions/:id/messages`: the same however it is written, and one of
 * few, whatever was asked for. `route` is the path of the route that took it, under today's name. Without one: `unmatched`
 * for what does not exist, `/api/*` for what was answered before its route (preflights, credentials, limits), else `page`.
 */
export function routePattern(url: string, route: string | undefined, status: number): string {
  if (route !== undefined) return route.replace(/(?<=.)\/+$/, '')
  if (status === 404) return 'unmatched'
  return /^(?:[a-z]+:\/\/[^/?#]*)?\/+api(?:[/?#]|$)/i.test(url) ? '/api/*' : 'page'
}
