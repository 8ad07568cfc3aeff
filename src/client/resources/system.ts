import type * as operations from '../../contract/operations/health.js'
import { Resource } from '../resource.js'

/** The appliance itself. */
export class System extends Resource {
  /** More of it for whoever holds keys. */
  readonly health = this.plain<typeof operations.getHealth>('GET', '/api/v1/health')
  readonly live = this.plain<typeof operations.getLiveness>('GET', '/livez', { bare: true })
  /** @throws ApiError `not_ready` as long as questions cannot be answered. */
  readonly ready = this.plain<typeof operations.getReadiness>('GET', '/readyz', { bare: true })
  readonly openapi = this.read<typeof operations.getOpenApi>('/api/v1/openapi.json', {
    kind: 'flat',
    bare: true,
  })
  /** As Prometheus reads it; the token in front of it, where there is one, is given as credentials. */
  readonly metrics = this.plain<typeof operations.getMetrics>('GET', '/metrics', { kind: 'text' })
}
