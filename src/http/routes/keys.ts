import type { Response, Router } from 'express'
import * as operations from '../../contract/operations/keys.js'
import type { Keys } from '../../domain/auth/keys.js'
import { asPage, serve } from '../serve.js'

/** `/keys`: an organization's API clients. */
export function keyRoutes(router: Router, keys: Keys): void {
  serve(router, operations.listKeys, async ({ caller, query }) =>
    asPage('keys', await keys.list(caller.orgId, query), query),
  )

  serve(router, operations.createKey, ({ caller, body, res }) => secretly(res, keys.create(caller, body)))

  serve(router, operations.getKey, ({ caller, params }) => keys.get(caller.orgId, params.client_id))

  serve(router, operations.patchKey, ({ caller, params, body }) => keys.patch(caller, params.client_id, body))

  serve(router, operations.rotateKey, ({ caller, params, body, res }) =>
    secretly(res, keys.rotate(caller, params.client_id, body)),
  )

  serve(router, operations.deleteKey, async ({ caller, params }) => {
    await keys.remove(caller, params.client_id)
    return null
  })
}

/** An answer with a secret in it is kept by nobody on its way. */
function secretly<T>(res: Response, answer: Promise<T>): Promise<T> {
  res.set('Cache-Control', 'no-store')
  return answer
}
