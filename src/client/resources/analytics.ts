import type * as operations from '../../contract/operations/analytics.js'
import type * as questions from '../../contract/operations/unanswered.js'
import { Resource } from '../resource.js'

const ALL = '/api/v1/analytics/'
const QUESTIONS = `${ALL}unanswered/`

/** How the appliance is used. */
export class Analytics extends Resource {
  /** Single requests, newest first. */
  readonly requests = this.read<typeof operations.listRequests>(`${ALL}logs/`)
  readonly endpoints = this.read<typeof operations.getEndpointUsage>(`${ALL}endpoints/`)
  readonly usage = this.read<typeof operations.getUsage>(`${ALL}usage/`)
  readonly rateLimits = this.read<typeof operations.getRateLimits>(`${ALL}rate-limits/`)
  readonly keys = this.read<typeof operations.getKeyUsage>(`${ALL}keys/`)
  readonly feedback = this.read<typeof operations.getFeedbackReport>(`${ALL}feedback/`)
  /** What widgets reported. */
  readonly events = this.read<typeof operations.getEvents>(`${ALL}events/`)
}

/** Questions that found no answer. */
export class Unanswered extends Resource {
  readonly list = this.read<typeof questions.listUnanswered>(QUESTIONS)
  readonly get = this.plain<typeof questions.getUnanswered>('GET', `${QUESTIONS}{id}`)
  /** Dismisses or reopens it. */
  readonly update = this.write<typeof questions.patchUnanswered>('PATCH', `${QUESTIONS}{id}`)
  readonly delete = this.plain<typeof questions.deleteUnanswered>('DELETE', `${QUESTIONS}{id}`)
  /** Answers it with a question-and-answer pair. */
  readonly answer = this.keyed<typeof questions.answerUnanswered>(`${QUESTIONS}{id}/qa`)
}
