import { z } from 'zod'
import { must } from './common.js'

const EXAMPLE = 'such as "https://shop.example"'

/** Scheme, host and port as browsers write them; undefined for what is no web origin. */
export function normalOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { origin } = new URL(text)
  return origin === 'null' ? undefined : origin
}

/** A site that may use a client: scheme, host and, where it is not the usual one, port. A slash at its end is dropped. */
export const WebOrigin = z
  .string(must(`a web origin ${EXAMPLE}`))
  .max(300, 'must have at most 300 characters')
  .transform((value, context) => {
    const mistake = mistakeIn(value.trim())
    if (mistake !== undefined) {
      context.addIssue({ code: 'custom', message: mistake })
      return z.NEVER
    }
    return new URL(value.trim()).origin
  })

function mistakeIn(text: string): string | undefined {
  if (text.includes('*')) return `must name one site, ${EXAMPLE}; there are no wildcards`
  if (!/^https?:\/\//i.test(text)) return `must begin with https:// or http://, ${EXAMPLE}`
  if (!URL.canParse(text)) return `must be a web origin ${EXAMPLE}`
  const { username, password, pathname, search, hash } = new URL(text)
  if (username !== '' || password !== '') return `must hold no user name or password, ${EXAMPLE}`
  if (pathname !== '/' || search !== '' || hash !== '' || /[?#]/.test(text))
    return `must end after host and port, ${EXAMPLE}, without a path`
  return undefined
}
