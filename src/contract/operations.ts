import type { Operation } from './operation.js'
import * as analytics from './operations/analytics.js'
import * as assistants from './operations/assistants.js'
import * as auth from './operations/auth.js'
import * as contexts from './operations/contexts.js'
import * as conversationMessages from './operations/conversation-messages.js'
import * as conversations from './operations/conversations.js'
import * as feedback from './operations/feedback.js'
import * as health from './operations/health.js'
import * as keys from './operations/keys.js'
import * as knowledge from './operations/knowledge.js'
import * as knowledgeUse from './operations/knowledge-use.js'
import * as sessions from './operations/sessions.js'
import * as telemetry from './operations/telemetry.js'
import * as unanswered from './operations/unanswered.js'
import * as widgetConfigs from './operations/widget-configs.js'

const CHAPTERS: Record<string, Operation>[] = [
  auth,
  assistants,
  sessions,
  conversations,
  conversationMessages,
  contexts,
  feedback,
  knowledge,
  knowledgeUse,
  widgetConfigs,
  telemetry,
  analytics,
  unanswered,
  keys,
  health,
]

/** Every endpoint there is, chapter by chapter, in the order in which the reference tells of them. */
export const OPERATIONS: readonly Operation[] = CHAPTERS.flatMap((chapter) => Object.values(chapter))
