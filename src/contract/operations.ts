import type { Operation } from './operation.js'
import * as assistants from './operations/assistants.js'
import * as auth from './operations/auth.js'
import * as health from './operations/health.js'
import * as knowledge from './operations/knowledge.js'
import * as knowledgeUse from './operations/knowledge-use.js'
import * as sessions from './operations/sessions.js'

const CHAPTERS: Record<string, Operation>[] = [auth, assistants, sessions, knowledge, knowledgeUse, health]

/** Every endpoint there is, chapter by chapter, in the order in which the reference tells of them. */
export const OPERATIONS: readonly Operation[] = CHAPTERS.flatMap((chapter) => Object.values(chapter))
