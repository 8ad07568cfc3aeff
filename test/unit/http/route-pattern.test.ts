import { describe, expect, it } from 'vitest'
import { routePattern } from '#src/http/route-pattern.js'

describe('the pattern of a path', () => {
  it.each([
    [
      '/api/v1/sessions/8f14/messages?limit=2',
      '/api/v1/sessions/:id/messages',
      '/api/v1/sessions/:id/messages',
    ],
    ['/API/v1/Sessions/', '/api/v1/sessions/', '/api/v1/sessions'],
    ['/api/v1/agents/8f14', '/api/v1/assistants/:id', '/api/v1/assistants/:id'],
    ['/', '/', '/'],
  ])('of %s is its route’s, without a slash at its end', (url, route, pattern) => {
    expect(routePattern(url, route, 200)).toBe(pattern)
  })

  it('keeps nothing of a path that no route took', () => {
    expect(routePattern('/wp-login.php', undefined, 404)).toBe('unmatched')
    expect(routePattern('/api/v1/nothing/8f14', undefined, 404)).toBe('unmatched')
    expect(routePattern('/api/v1/sessions/8f14', undefined, 401)).toBe('/api/*')
    expect(routePattern('http://anybody.example/API/v1/sessions', undefined, 401)).toBe('/api/*')
    expect(routePattern('/assets/index-8f14.js', undefined, 200)).toBe('page')
    expect(routePattern('*', undefined, 204)).toBe('page')
  })
})
