import type { Endpoint } from '../document/endpoint.js'

/** Who the reader says they are. Held in the page's memory alone: a reload forgets it. */
export interface Credentials {
  use: 'keys' | 'token'
  clientId: string
  secret: string
  token: string
  /** Whether the examples show the secret and the token. */
  shown: boolean
}

export const NO_CREDENTIALS: Credentials = { use: 'keys', clientId: '', secret: '', token: '', shown: false }

/** What stands for credentials that were not typed, or shall not be seen. */
export const PLACEHOLDERS = {
  clientId: 'YOUR_CLIENT_ID',
  secret: 'YOUR_CLIENT_SECRET',
  token: 'YOUR_WIDGET_TOKEN',
} as const

/** The headers that a request really carries; none for what has not been typed. */
export function credentialHeaders({ access }: Endpoint, held: Credentials): [string, string][] {
  if (!access.keys && !access.token) return []
  if (held.use === 'token') return held.token === '' ? [] : [['Authorization', `Bearer ${held.token}`]]
  const keys: [string, string][] = [
    ['X-API-Key', held.clientId],
    ['X-API-Secret', held.secret],
  ]
  return keys.filter(([, value]) => value !== '')
}

/** The same headers for an example: secrets only where the reader wants to see them. */
export function exampleCredentials({ access }: Endpoint, held: Credentials): [string, string][] {
  if (!access.keys && !access.token) return []
  const secret = (value: string, placeholder: string) => (held.shown && value !== '' ? value : placeholder)
  if (held.use === 'token' && access.token)
    return [['Authorization', `Bearer ${secret(held.token, PLACEHOLDERS.token)}`]]
  if (access.open && held.clientId === '') return []
  return [
    ['X-API-Key', held.clientId || PLACEHOLDERS.clientId],
    ['X-API-Secret', secret(held.secret, PLACEHOLDERS.secret)],
  ]
}
