import type { PageConfig } from '../../contract/health.js'
import type { AssistantStore } from '../../store/assistants.js'
import type { ClientStore } from '../../store/clients.js'
import { operatorCaller, type Caller } from '../auth/caller.js'
import type { Operators } from '../auth/operators.js'
import type { FirstStart, Onboarding } from './onboarding.js'

/** What the page at `/` works with: the organization, client and assistant of the first start. */
export class PageSettings {
  constructor(
    private readonly onboarding: Onboarding,
    private readonly operators: Operators,
    private readonly assistants: AssistantStore,
    private readonly clients: ClientStore,
    private readonly facts: { version: string; publicUrl: string | undefined; maxUploadBytes: number },
  ) {}

  /**
   * What the page needs to begin. Should its assistant be gone or switched off, the oldest active one serves; should
   * its client be gone, the oldest one.
   */
  async config(operator: boolean): Promise<PageConfig> {
    const made = await this.onboarding.made()
    const own = made && (await this.assistants.find(made.orgId, made.assistantId))
    const active = own?.is_active === 1 ? own : undefined
    const other =
      made && active === undefined
        ? (await this.assistants.list(made.orgId, { limit: 1, offset: 0 }, { active: true })).rows[0]
        : undefined
    const assistant = active ?? other
    return {
      client_id: made === undefined ? '' : await this.clientId(made),
      assistant:
        assistant === undefined
          ? null
          : {
              id: assistant.id,
              name: assistant.name,
              description: assistant.description,
              language: assistant.language,
              answer_mode: assistant.answer_mode,
            },
      operator,
      version: this.facts.version,
      public_url: this.facts.publicUrl ?? null,
      limits: { max_upload_bytes: this.facts.maxUploadBytes },
    }
  }

  private async clientId({ orgId, clientId }: FirstStart): Promise<string> {
    if ((await this.clients.findOwn(orgId, clientId)) !== undefined) return clientId
    return (await this.clients.list(orgId, { limit: 1, offset: 0 })).rows[0]?.id ?? ''
  }

  /** The operator behind a cookie's value, acting in the organization of the first start. */
  async operator(session: string): Promise<Caller | undefined> {
    const made = await this.onboarding.made()
    if (made === undefined || !(await this.operators.recognizes(session))) return undefined
    return operatorCaller(made.orgId, made.clientId)
  }
}
