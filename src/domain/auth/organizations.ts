import { randomUUID } from 'node:crypto'
import type { Database } from '../../store/database.js'
import type { OrganizationRow, OrganizationStore } from '../../store/organizations.js'
import type { Clients, NewCredentials } from './clients.js'

/** The organizations of one appliance, which see nothing of each other. */
export class Organizations {
  constructor(
    private readonly db: Database['db'],
    private readonly store: OrganizationStore,
    private readonly clients: Clients,
  ) {}

  /** Oldest first. */
  list(): Promise<OrganizationRow[]> {
    return this.store.list()
  }

  /** Whether there is one of that id. */
  async exists(id: string): Promise<boolean> {
    return (await this.store.find(id)) !== undefined
  }

  /** Makes an organization and its first client, or neither. `requestsPerHour`: null = the configuration's, 0 = no limit. */
  async create(
    name: string,
    requestsPerHour: number | null,
  ): Promise<{ organization: OrganizationRow; credentials: NewCredentials }> {
    const organization = {
      id: randomUUID(),
      name,
      requests_per_hour: requestsPerHour,
      created_at: new Date().toISOString(),
    }
    const credentials = await this.db.transaction().execute(async (tx) => {
      await this.store.create(organization, tx)
      return this.clients.create(organization.id, { name: 'First client' }, tx)
    })
    return { organization, credentials }
  }

  /** Sets an organization's own limit; the changed row, or undefined when there is none of that id. */
  limit(id: string, requestsPerHour: number | null): Promise<OrganizationRow | undefined> {
    return this.store.limit(id, requestsPerHour)
  }
}
