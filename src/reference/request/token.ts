import { fields, text } from '../document/json.js'

/**
 * A widget token for a client id.
 * @throws Error with the appliance's own sentence when it gives none
 */
export async function fetchToken(root: URL, clientId: string): Promise<string> {
  const response = await fetch(new URL('api/v1/auth/widget-token', root), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ client_id: clientId }),
    credentials: 'omit',
  })
  const answer = fields(await response.json())
  if (!response.ok) throw new Error(text(answer['detail']))
  return text(answer['token'])
}
