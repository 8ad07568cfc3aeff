import { createHash, type Hash } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import type { Operation } from '../../contract/operation.js'
import type { Claim, Idempotency, KeptAnswer } from '../../domain/idempotency.js'
import { AppError } from '../../errors.js'
import { callerOf } from '../caller.js'

const HEADER = 'idempotency-key'
/** Printable ASCII, as the header's own definition has it. */
const KEY = /^[\x20-\x7e]{1,255}$/

const services = new WeakMap<Request, Idempotency>()
const bodies = new WeakMap<object, string>()

/** Lets the operations behind it heed `Idempotency-Key`. */
export function heedKeys(idempotency: Idempotency): RequestHandler {
  return (req, _res, next) => {
    services.set(req, idempotency)
    next()
  }
}

/** Notes a body as it was sent, for the comparison of requests. An option of Express's JSON reader. */
export function noteBody(req: object, _res: unknown, body: Buffer): void {
  bodies.set(req, createHash('sha256').update(body).digest('hex'))
}

/**
 * For a request with an `Idempotency-Key`: the answer it was given before, or the right to answer it. Undefined without
 * the header, and where the operation does not heed it.
 * @throws AppError `invalid_input` for what can be no key or was used otherwise, `conflict` while the first is answered.
 */
export async function claimFor(operation: Operation, req: Request): Promise<KeptAnswer | Claim | undefined> {
  const key = req.get(HEADER)
  const idempotency = services.get(req)
  if (key === undefined || idempotency === undefined) return undefined
  if (operation.idempotent !== true || operation.form !== undefined) return undefined
  if (!KEY.test(key)) {
    const message = 'must have 1 to 255 printable characters.'
    throw new AppError('invalid_input', `Idempotency-Key ${message}`, {
      fields: [{ path: 'Idempotency-Key', message }],
    })
  }
  const caller = callerOf(req)
  return idempotency.begin({
    orgId: caller.orgId,
    key: digest([key, caller.kind, caller.clientId, ...visitorsOwn(operation, req)]),
    fingerprint: digest([
      operation.id,
      ...sorted(req.params),
      ...sorted(req.query),
      bodies.get(req) ?? '',
      req.get('x-session-secret') ?? '',
    ]),
  })
}

/**
 * Whose key it is, among the visitors of one web site, who share its client: of those who name a thing by its id, the
 * thing's; of those who create one, their token's. So nobody is given what another visitor has created.
 */
function visitorsOwn(operation: Operation, req: Request): string[] {
  const { kind, tokenId } = callerOf(req)
  if (kind !== 'widget') return []
  return operation.params === undefined ? [tokenId ?? ''] : [operation.id, ...sorted(req.params)]
}

function sorted(fields: object): string[] {
  return Object.entries(fields)
    .map(([name, value]) => JSON.stringify([name, value]))
    .sort()
}

/** Of a list whose parts may hold anything: where one ends is part of it. */
function digest(parts: string[]): string {
  const hash: Hash = createHash('sha256')
  for (const part of parts) hash.update(`${String(part.length)}:${part}`)
  return hash.digest('hex')
}
