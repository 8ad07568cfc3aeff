import type { Router } from 'express'
import * as operations from '../../contract/operations/widget-configs.js'
import type { WidgetConfigs } from '../../domain/widgets/widget-configs.js'
import { asPage, serve } from '../serve.js'

/** `/widget-config`, which widgets read, and `/widget-configs`, where it is managed. */
export function widgetConfigRoutes(router: Router, configs: WidgetConfigs): void {
  serve(router, operations.getPublicWidgetConfig, ({ caller, params }) => configs.shown(caller, params.id))

  serve(router, operations.listWidgetConfigs, async ({ caller, query }) =>
    asPage('widget_configs', await configs.list(caller, query), query),
  )

  serve(router, operations.createWidgetConfig, ({ caller, body }) => configs.create(caller, body))

  serve(router, operations.getWidgetConfig, ({ caller, params }) => configs.get(caller, params.id))

  serve(router, operations.patchWidgetConfig, ({ caller, params, body }) =>
    configs.patch(caller, params.id, body),
  )

  serve(router, operations.replaceWidgetConfig, ({ caller, params, body }) =>
    configs.replace(caller, params.id, body),
  )

  serve(router, operations.deleteWidgetConfig, async ({ caller, params }) => {
    await configs.remove(caller, params.id)
    return null
  })
}
