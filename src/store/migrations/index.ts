import type { Migration } from 'kysely'
import * as init from './001-init.js'
import * as api from './002-api.js'
import * as knowledge from './003-knowledge.js'

/** Forward only, append only: a landed migration is never edited. Keys sort in the order they run. */
export const migrations: Record<string, Migration> = {
  '001-init': init,
  '002-api': api,
  '003-knowledge': knowledge,
}
