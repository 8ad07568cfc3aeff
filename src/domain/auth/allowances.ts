import type { OrganizationStore } from '../../store/organizations.js'

/** A limit set by another process, the command line, is heeded after this time, in ms. */
const FRESH_MS = 1000
const MOST = 1000

/** How many requests organizations may send, asked of the database at most once a second for each. */
export class Allowances {
  readonly #known = new Map<string, { requests: number; until: number }>()

  constructor(
    private readonly store: OrganizationStore,
    /** Where an organization has no limit of its own. */
    private readonly byDefault: number,
  ) {}

  /** Requests per hour; 0 = no limit. */
  async of(orgId: string): Promise<number> {
    const now = Date.now()
    const known = this.#known.get(orgId)
    if (known !== undefined && known.until > now) return known.requests
    const requests = (await this.store.find(orgId))?.requests_per_hour ?? this.byDefault
    if (this.#known.size >= MOST) this.#known.clear()
    this.#known.set(orgId, { requests, until: now + FRESH_MS })
    return requests
  }
}
