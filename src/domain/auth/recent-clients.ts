import type { ClientRow, ClientStore } from '../../store/clients.js'

/** A client revoked by another process, such as the command line, is known here after this time, in ms. */
const FRESH_MS = 1000
const MOST = 1000

/**
 * The store of clients, looked up at most once a second for each: every request needs its client. What is changed through
 * this store is seen at once; what another process changes, within that second.
 */
export function recentClients(store: ClientStore): ClientStore {
  const found = new Map<string, { row: ClientRow; until: number }>()
  /** A change may not be committed yet when it returns: nothing is remembered of the client until it surely is. */
  const changed = new Map<string, number>()

  const forget = (id: string) => {
    found.delete(id)
    if (changed.size >= MOST) changed.clear()
    changed.set(id, Date.now() + FRESH_MS)
  }

  return {
    ...store,

    async find(id) {
      const now = Date.now()
      const known = found.get(id)
      if (known !== undefined && known.until > now) return known.row
      const row = await store.find(id)
      if (row === undefined || (changed.get(id) ?? 0) > Date.now()) {
        found.delete(id)
        return row
      }
      if (found.size >= MOST) found.clear()
      found.set(id, { row, until: now + FRESH_MS })
      return row
    },

    update(orgId, id, changes, executor) {
      forget(id)
      return store.update(orgId, id, changes, executor)
    },

    remove(orgId, id, executor) {
      forget(id)
      return store.remove(orgId, id, executor)
    },

    keepSealed(id, secretHash, sealed) {
      forget(id)
      return store.keepSealed(id, secretHash, sealed)
    },
  }
}
