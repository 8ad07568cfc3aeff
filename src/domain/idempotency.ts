import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import type { IdempotentAnswerStore } from '../store/idempotent-answers.js'

const KEPT_MS = 24 * 3_600_000
/** Answers kept of one organization; the oldest go first. */
const MOST_KEPT = 5000
const RETRY_SECONDS = 2

/** A request that may be sent again. */
export interface RepeatableRequest {
  orgId: string
  /** The sender's key together with who may use it: others have the same key without meaning the same. */
  key: string
  /** Digest of everything that makes two requests the same. */
  fingerprint: string
}

/** An answer that was given. */
export interface KeptAnswer {
  status: number
  /** The whole body, JSON. */
  body: string
}

/** The right to answer a request for the first time; to be given back once it is answered. */
export interface Claim {
  /** Keeps the answer for those who send the request again, unless it is one that another try may change. */
  keep(answer: KeptAnswer, conversationId: string | null): Promise<void>
  release(): void
}

/** Sees to it that a request with an `Idempotency-Key` is done once, and gives its answer again for a day. */
export class Idempotency {
  /** The fingerprints of requests that are being answered. After a restart there are none. */
  readonly #inFlight = new Map<string, string>()

  constructor(
    private readonly store: IdempotentAnswerStore,
    private readonly log: Logger,
  ) {}

  /**
   * The answer that this request was given, or the right to answer it.
   * @throws AppError `conflict` while the first such request is being answered, `invalid_input` when the key was used for
   *   another request.
   */
  async begin(request: RepeatableRequest): Promise<KeptAnswer | Claim> {
    const { orgId, key, fingerprint } = request
    const name = `${orgId} ${key}`
    const inFlight = this.#inFlight.get(name)
    if (inFlight !== undefined) {
      if (inFlight !== fingerprint) throw usedOtherwise()
      throw new AppError('conflict', 'The first request with this Idempotency-Key is still being answered.', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    }
    this.#inFlight.set(name, fingerprint)
    const release = () => {
      this.#inFlight.delete(name)
    }
    try {
      const kept = await this.store.find(orgId, key, dayAgo())
      if (kept !== undefined) {
        release()
        if (kept.fingerprint !== fingerprint) throw usedOtherwise()
        return { status: kept.status, body: kept.body }
      }
    } catch (error) {
      release()
      throw error
    }
    return { keep: (answer, conversationId) => this.keep(request, answer, conversationId), release }
  }

  /** Never fails: the answer itself is given all the same. */
  private async keep(
    { orgId, key, fingerprint }: RepeatableRequest,
    { status, body }: KeptAnswer,
    conversationId: string | null,
  ): Promise<void> {
    if (status >= 500 || status === 409 || status === 429) return
    const created_at = new Date().toISOString()
    try {
      await this.store.put({
        org_id: orgId,
        key,
        fingerprint,
        status,
        body,
        conversation_id: conversationId,
        created_at,
      })
      await this.store.deleteOlder(dayAgo())
      await this.store.deleteBeyond(orgId, MOST_KEPT)
    } catch (error) {
      this.log.warn({ err: error }, 'an answer could not be kept for its Idempotency-Key')
    }
  }
}

function dayAgo(): string {
  return new Date(Date.now() - KEPT_MS).toISOString()
}

function usedOtherwise(): AppError {
  const message = 'was used for another request; take a new one.'
  return new AppError('invalid_input', `Idempotency-Key ${message}`, {
    fields: [{ path: 'Idempotency-Key', message }],
  })
}
