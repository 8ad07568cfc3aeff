import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../../log.js'
import type { QuestionVector, Retriever } from '../../retrieval/retriever.js'
import type { Database } from '../../store/database.js'
import { unansweredStore } from '../../store/unanswered.js'
import type { FinishedReply } from '../conversations/finished-reply.js'
import { bytesOf, sameGroup } from './same-group.js'

/** Questions that may wait; beyond, new ones are not filed. */
const MOST_WAITING = 500
/** Groups of the assistant that a question is compared with: those last asked. */
const MOST_COMPARED = 500
/** How long somebody who reads the list waits for the last ones to be filed. */
const IDLE_MS = 2000
/** What stands in the list of what was not answered, at most. */
const MOST_CHARACTERS = 1000

/** Files what was declined, one question after another, after the reply: whoever asked never waits for it. */
export class UnansweredFiling {
  #waiting: FinishedReply[] = []
  #working: Promise<void> | undefined
  readonly #closed = new AbortController()

  constructor(
    private readonly db: Database['db'],
    private readonly retriever: Pick<Retriever, 'questionVector'>,
    private readonly log: Logger,
  ) {}

  /** Takes a reply note of; only what was declined is filed. */
  file(reply: FinishedReply): void {
    if (reply.metadata.answer_mode !== 'declined' || this.#closed.signal.aborted) return
    if (this.#waiting.length >= MOST_WAITING) {
      this.log.warn('an unanswered question was not filed: too many wait')
      return
    }
    this.#waiting.push(reply)
    this.#working ??= this.work().finally(() => {
      this.#working = undefined
    })
  }

  /** Resolves once all questions so far are filed, or after two seconds. */
  async idle(): Promise<void> {
    if (this.#working !== undefined)
      await Promise.race([this.#working, pause(IDLE_MS, undefined, { ref: false })])
  }

  /** Files what waits without asking for its meaning any more. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#working
  }

  private async work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.put(next)
      } catch (error) {
        this.log.warn({ err: error }, 'an unanswered question was not filed')
      }
    }
  }

  private async put(reply: FinishedReply): Promise<void> {
    const { orgId, assistantId, language } = reply
    const question = reply.question.trim().slice(0, MOST_CHARACTERS).toWellFormed()
    const store = unansweredStore(this.db)
    const meaning = await this.meaning(question, language)
    const candidates = await store.candidates(assistantId, language, MOST_COMPARED)
    const found = await sameGroup(question, language, meaning, candidates)
    await this.db.transaction().execute(async (tx) => {
      const filed = unansweredStore(tx)
      // @NOTE what its visitor has erased meanwhile must not come back here.
      if (!(await filed.hasMessage(reply.userMessageId))) return
      const created_at = new Date().toISOString()
      const row = { org_id: orgId, message_id: reply.userMessageId, question, created_at }
      if (found !== undefined && (await filed.add({ ...row, group_id: found }))) return
      const group = { id: randomUUID(), org_id: orgId, assistant_id: assistantId, question, language }
      const vector = meaning === null ? null : bytesOf(meaning.vector)
      await filed.create({
        ...{ ...group, vector, embedder: meaning?.embedder ?? null },
        ...{ questions: 0, status: 'open', source_id: null, first_at: created_at, last_at: created_at },
      })
      await filed.add({ ...row, group_id: group.id })
    })
  }

  /** Null also when search is busy or fails: the words must do then. */
  private async meaning(question: string, language: string): Promise<QuestionVector | null> {
    if (this.#closed.signal.aborted) return null
    try {
      return (await this.retriever.questionVector?.(question, language, this.#closed.signal)) ?? null
    } catch {
      return null
    }
  }
}
