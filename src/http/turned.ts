import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Pair } from '../contract/messages.js'
import type { Turn } from '../domain/conversations/turn.js'
import type { Claim, KeptAnswer } from '../domain/idempotency.js'
import { describeFailure } from './errors.js'
import { sendFrames, sendTurnAsEvents, sendTurnAsJson, wantsEvents } from './stream.js'

/** What a kept answer's frames are made of. */
const KeptReply = z.object({
  data: z.looseObject({
    user_message: z.unknown().nullable(),
    assistant_message: z.looseObject({ content: z.string(), sources: z.array(z.custom<never>()) }).nullable(),
  }),
})
/** Which conversation an answer tells of. */
const Telling = z.object({ data: z.object({ conversation_id: z.string() }) })

/** A reply that is being made: sent as it comes, or as JSON once it is whole. */
export class Turned<T> {
  constructor(
    readonly turn: Turn,
    /** `data` of the answer. */
    readonly present: (pair: Pair) => T,
  ) {}
}

/** Sends a reply as its client wants it. What is claimed is kept and given back at the turn's end, whoever has left. */
export async function sendTurned(
  req: Request,
  res: Response,
  { turn, present }: Turned<unknown>,
  claim: Claim | undefined,
): Promise<void> {
  const result = turn.result.then(present)
  const settled = claim === undefined ? result : settle(result, claim)
  // Whoever sends it reads its failure; a reader that has left does not.
  settled.catch(() => undefined)
  await (wantsEvents(req) ? sendTurnAsEvents(res, turn, settled) : sendTurnAsJson(res, turn, settled))
}

/** Gives a kept answer again, as frames to whoever wants these. */
export function sendKept(req: Request, res: Response, { status, body }: KeptAnswer, streams: boolean): void {
  res.set('Idempotent-Replayed', 'true')
  const reply =
    streams && status === 200 && wantsEvents(req) ? KeptReply.parse(JSON.parse(body)).data : undefined
  if (reply === undefined) {
    res.status(status).type('json').send(body)
    return
  }
  const { user_message: user, assistant_message: assistant } = reply
  const isReply = user !== null && assistant !== null
  sendFrames(res, [
    ...(isReply && assistant.sources.length > 0
      ? [{ type: 'sources' as const, sources: assistant.sources }]
      : []),
    ...(isReply ? [{ type: 'token' as const, text: assistant.content }] : []),
    { type: 'done', data: reply },
  ])
}

/** Keeps a failure's answer. */
export async function keepFailure(claim: Claim, error: unknown): Promise<void> {
  const failure = describeFailure(error)
  await claim.keep({ status: failure.status_code, body: JSON.stringify(failure) }, null)
}

/** Keeps a success's answer. */
export async function keepSuccess(claim: Claim, status: number, body: unknown): Promise<void> {
  const telling = Telling.safeParse(body)
  await claim.keep({ status, body: JSON.stringify(body) }, telling.data?.data.conversation_id ?? null)
}

async function settle<T>(result: Promise<T>, claim: Claim): Promise<T> {
  try {
    const data = await result
    await keepSuccess(claim, 200, { status: 'success', status_code: 200, detail: null, data })
    return data
  } catch (error) {
    await keepFailure(claim, error)
    throw error
  } finally {
    claim.release()
  }
}
