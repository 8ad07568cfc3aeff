import type { Response } from 'express'
import type { Page, Paging } from '../contract/common.js'

/** Sends `data` in the envelope of every success. */
export function ok(res: Response, data: unknown, status: 200 | 201 | 202 = 200): void {
  res.status(status).json({ status: 'success', status_code: status, detail: null, data })
}

/** Sends one page of a list under the names clients know it by, with what is needed to ask for the next. */
export function okList(res: Response, names: string[], page: Page<unknown>, paging: Paging): void {
  const lists = Object.fromEntries(names.map((name) => [name, page.rows]))
  ok(res, { ...lists, total: page.total, limit: paging.limit, offset: paging.offset })
}
