import { json, type Request, type RequestHandler, type Response, type Router } from 'express'
import type { z } from 'zod'
import type { Answer, Answers, Operation, SuccessStatus } from '../contract/operation.js'
import type { Caller } from '../domain/auth/caller.js'
import { notFound } from '../errors.js'
import { callerOf, requireAccess } from './caller.js'
import { claimFor, noteBody } from './middleware/idempotency.js'
import { withCurrentNames } from './older-names.js'
import { parse, parseBody } from './parse.js'
import { keepFailure, keepSuccess, sendKept, sendTurned, Turned } from './turned.js'

const JSON_LIMIT = '256kb'

type Data<A extends Answers> = {
  [S in keyof A]: A[S] extends Answer<infer T> ? z.input<T> : never
}[keyof A]

class Sent {
  readonly sent = true
}

/** Says that the handler has answered by itself: a stream, a file. */
export const SENT = new Sent()

/** An answer under another status than the operation's first. */
export class Reply<T> {
  constructor(
    readonly status: SuccessStatus,
    readonly data: T,
  ) {}
}

/** A request whose parts have been checked against its operation. */
export interface Checked<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  req: Request
  res: Response
  /** Who asks; reading it on a public operation throws `unauthorized`. */
  readonly caller: Caller
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
}

type Handler<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers> = (
  request: Checked<P, Q, B>,
) => Promise<Data<A> | Reply<Data<A>> | Turned<Data<A>> | Sent> | Data<A> | Sent

/**
 * Puts an operation on the router: checks access, path, query and body, calls the handler, wraps what it gives back.
 * @param before what runs between the check of access and that of the body: uploads, limits of its own.
 */
export function serve<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers>(
  router: Router,
  operation: Operation<P, Q, B, A>,
  handler: Handler<P, Q, B, A>,
  before: RequestHandler[] = [],
): void {
  const paths = [operation.path, ...(operation.aliases ?? [])].map(expressPath)
  const readers = operation.body === undefined ? [] : [json({ limit: JSON_LIMIT, verify: noteBody })]
  router[operation.method](paths, requireAccess(operation), ...before, ...readers, async (req, res) => {
    await answerOnce(operation, req, res, () => handler(checkedRequest(operation, req, res)))
  })
}

/** Answers the request, or, when it is one that was answered already, gives that answer again. */
async function answerOnce(
  operation: Operation,
  req: Request,
  res: Response,
  answer: () => unknown,
): Promise<void> {
  const claim = await claimFor(operation, req)
  if (claim !== undefined && 'body' in claim) {
    sendKept(req, res, claim, operation.events !== undefined)
    return
  }
  let given: unknown
  try {
    given = await answer()
    if (claim !== undefined && !(given instanceof Turned || given instanceof Sent)) {
      const { status, body } = wrapped(operation, given)
      await keepSuccess(claim, status, body)
    }
  } catch (error) {
    if (claim !== undefined) await keepFailure(claim, error)
    throw error
  } finally {
    // The claim on a reply that is being made ends with it.
    if (!(given instanceof Turned)) claim?.release()
  }
  if (given instanceof Turned) await sendTurned(req, res, given, claim)
  else if (!(given instanceof Sent)) send(operation, res, given)
}

/** The request's parts, checked. */
function checkedRequest<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers>(
  operation: Operation<P, Q, B, A>,
  req: Request,
  res: Response,
): Checked<P, Q, B> {
  return {
    req,
    res,
    get caller() {
      return callerOf(req)
    },
    params: checkedParams(operation, req),
    query: (operation.query && parse(operation.query, withCurrentNames(req.query))) as z.output<Q>,
    body: checkedBody(operation, req),
  }
}

function send(operation: Operation, res: Response, given: unknown): void {
  const { status, body } = wrapped(operation, given)
  const answer = operation.answers[status]
  res.status(status)
  if (answer?.kind === 'text') res.type(answer.mediaType ?? 'text/plain').send(body)
  else res.json(body)
}

/** The status and the body of an answer. */
function wrapped(operation: Operation, given: unknown): { status: SuccessStatus; body: unknown } {
  const first = Number(Object.keys(operation.answers)[0] ?? 200) as SuccessStatus
  const { status, data } =
    given instanceof Reply ? (given as Reply<unknown>) : new Reply<unknown>(first, given)
  const isBare = operation.answers[status]?.kind !== 'json'
  return { status, body: isBare ? data : { status: 'success', status_code: status, detail: null, data } }
}

/** An id that can be none does not exist, like any other unknown one. */
function checkedParams<P extends z.ZodType>({ params, thing }: Operation<P>, req: Request): z.output<P> {
  const parsed = params?.safeParse(req.params)
  if (parsed === undefined) return undefined as z.output<P>
  if (parsed.success) return parsed.data
  const name = String(parsed.error.issues[0]?.path[0] ?? 'id')
  throw notFound(thing ?? 'such thing', String(req.params[name]))
}

function checkedBody<B extends z.ZodType>(
  { body, bodyOptional }: Operation<z.ZodType, z.ZodType, B>,
  req: Request,
): z.output<B> {
  if (body === undefined) return undefined as z.output<B>
  req.body = withCurrentNames(req.body)
  if (bodyOptional === true && req.body === undefined && !hasBody(req)) return parse(body, {})
  return parseBody(body, req)
}

function hasBody(req: Request): boolean {
  return Number(req.get('content-length') ?? 0) > 0 || req.get('transfer-encoding') !== undefined
}

function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

/** One page of a list, under the name its operation gives it. */
export function asPage<N extends string, T>(
  name: N,
  page: { rows: T[]; total: number },
  { limit, offset }: { limit: number; offset: number },
) {
  const paging = { total: page.total, limit, offset }
  return { [name]: page.rows, ...paging } as Record<N, T[]> & typeof paging
}
