import type * as reports from '../../contract/operations/telemetry.js'
import type * as operations from '../../contract/operations/widget-configs.js'
import { Resource } from '../resource.js'

const ALL = '/api/v1/widget-configs/'
const ONE = `${ALL}{id}`

/** How widgets look and greet. */
export class WidgetConfigs extends Resource {
  readonly create = this.keyed<typeof operations.createWidgetConfig>(ALL)
  readonly list = this.read<typeof operations.listWidgetConfigs>(ALL)
  readonly get = this.plain<typeof operations.getWidgetConfig>('GET', ONE)
  readonly update = this.write<typeof operations.patchWidgetConfig>('PATCH', ONE)
  readonly replace = this.write<typeof operations.replaceWidgetConfig>('PUT', ONE)
  readonly delete = this.plain<typeof operations.deleteWidgetConfig>('DELETE', ONE)
  /** What a widget draws itself by, by a configuration's id, an assistant's, or `default`. */
  readonly getPublic = this.plain<typeof operations.getPublicWidgetConfig>('GET', '/widget-config/{id}')
}

/** What widgets tell of themselves. */
export class Telemetry extends Resource {
  readonly report = this.act<typeof reports.reportEvent>('/telemetry/events/', { bare: true })
}
