import type { ApiKey, ApiKeyWithSecret, KeyPatch, KeyRotation, NewKey } from '../../contract/keys.js'
import type { Page, Paging } from '../../contract/common.js'
import { includesScope } from '../../contract/operation.js'
import { AppError, notFound } from '../../errors.js'
import type { ClientRow, ClientStore } from '../../store/clients.js'
import type { Database, Executor } from '../../store/database.js'
import type { Assistants } from '../assistants/assistants.js'
import { mayUseAssistant, type Caller } from './caller.js'
import { namesIn, newClientSecret, previousSecretHash, type Clients } from './clients.js'

export interface KeyParts {
  db: Database['db']
  store: ClientStore
  clients: Clients
  assistants: Assistants
}

/** What a key may do, and with which assistants. */
interface Powers {
  scopes: readonly string[]
  assistantIds: readonly string[]
}

/**
 * An organization's keys, managed by one of them. None makes, changes or takes over what may do more than itself, and
 * one that may manage keys always remains.
 */
export class Keys {
  constructor(private readonly parts: KeyParts) {}

  /** Oldest first. */
  async list(orgId: string, paging: Paging): Promise<Page<ApiKey>> {
    const { rows, total } = await this.parts.store.list(orgId, paging)
    return { rows: rows.map(present), total }
  }

  /** @throws AppError `not_found`. */
  async get(orgId: string, clientId: string): Promise<ApiKey> {
    return present(await this.require(orgId, clientId))
  }

  /**
   * Makes a key; what it may do is, where that is left out, what its maker may do.
   * @throws AppError `forbidden` for more than that; `invalid_input` for assistants that do not exist.
   */
  async create(caller: Caller, given: NewKey): Promise<ApiKeyWithSecret> {
    const powers = {
      scopes: given.scopes ?? caller.scopes,
      assistantIds: given.assistant_ids ?? caller.assistantIds,
    }
    await this.requireGrantable(caller, powers, given.assistant_ids ?? [])
    const { clientId, clientSecret } = await this.parts.clients.create(caller.orgId, {
      ...powers,
      name: given.name,
      allowedOrigins: given.allowed_origins ?? [],
    })
    return { ...(await this.get(caller.orgId, clientId)), client_secret: clientSecret }
  }

  /**
   * Changes the fields that are there.
   * @throws AppError as `create`; `not_found`; `conflict` when no key that may manage keys would remain.
   */
  async patch(caller: Caller, clientId: string, patch: KeyPatch): Promise<ApiKey> {
    const before = await this.require(caller.orgId, clientId)
    const { scopes = namesIn(before.scopes), assistant_ids: assistantIds = namesIn(before.assistant_ids) } =
      patch
    if (patch.scopes !== undefined || patch.assistant_ids !== undefined)
      await this.requireGrantable(caller, { scopes, assistantIds }, patch.assistant_ids ?? [])
    return this.change(caller, clientId, async (tx, row) => {
      if (patch.scopes !== undefined && !managesKeys(scopes)) await this.keepOneManager(tx, row)
      const changed = await this.parts.store.update(
        caller.orgId,
        clientId,
        {
          name: patch.name ?? row.name,
          ...(patch.allowed_origins && { allowed_origins: JSON.stringify(patch.allowed_origins) }),
          ...(patch.scopes && { scopes: JSON.stringify(scopes) }),
          ...(patch.assistant_ids && { assistant_ids: JSON.stringify(assistantIds) }),
        },
        tx,
      )
      return present(changed ?? row)
    })
  }

  /**
   * Gives the key a new secret; the one before is taken for as long as it is told, any older one no more.
   * @throws AppError `not_found`; `forbidden` for a key that may do more than the caller.
   */
  async rotate(
    caller: Caller,
    clientId: string,
    { grace_seconds: grace = 0 }: KeyRotation,
  ): Promise<ApiKeyWithSecret> {
    const secret = newClientSecret()
    return this.change(caller, clientId, async (tx, row) => {
      const isGranted = grace > 0
      const changed = await this.parts.store.update(
        caller.orgId,
        clientId,
        {
          ...this.parts.clients.kept(clientId, secret),
          previous_secret_hash: isGranted ? row.secret_hash : null,
          previous_secret_sealed: isGranted ? row.secret_sealed : null,
          previous_secret_until: isGranted ? new Date(Date.now() + grace * 1000).toISOString() : null,
        },
        tx,
      )
      return { ...present(changed ?? row), client_secret: secret }
    })
  }

  /**
   * Ends a key, and its widget tokens with it. A key may delete itself.
   * @throws AppError `not_found`; `forbidden` for a key that may do more than the caller; `conflict` for the last one
   *   that may manage keys.
   */
  async remove(caller: Caller, clientId: string): Promise<void> {
    await this.change(caller, clientId, async (tx, row) => {
      await this.keepOneManager(tx, row)
      await this.parts.store.remove(caller.orgId, clientId, tx)
    })
  }

  private change<T>(
    caller: Caller,
    clientId: string,
    work: (tx: Executor, row: ClientRow) => Promise<T>,
  ): Promise<T> {
    return this.parts.db.transaction().execute(async (tx) => {
      const row = await this.require(caller.orgId, clientId, tx)
      const powers = { scopes: namesIn(row.scopes), assistantIds: namesIn(row.assistant_ids) }
      if (clientId !== caller.clientId && !holds(caller, powers)) {
        throw new AppError('forbidden', 'This key may not change one that may do more than itself.')
      }
      return work(tx, row)
    })
  }

  private async require(orgId: string, clientId: string, executor?: Executor): Promise<ClientRow> {
    const row = await this.parts.store.findOwn(orgId, clientId, executor)
    if (row === undefined) throw notFound('key', clientId)
    return row
  }

  private async requireGrantable(caller: Caller, powers: Powers, named: string[]): Promise<void> {
    const scope = powers.scopes.find((wanted) => !includesScope(caller.scopes, wanted))
    if (scope !== undefined) {
      throw new AppError('forbidden', `This key may not grant the scope "${scope}", which it does not hold.`)
    }
    if (!holds(caller, powers)) {
      throw new AppError(
        'forbidden',
        'This key is narrowed to some assistants: name those of them in assistant_ids.',
      )
    }
    await this.parts.assistants.requireAll(caller.orgId, named)
  }

  private async keepOneManager(tx: Executor, row: ClientRow): Promise<void> {
    if (!managesKeys(namesIn(row.scopes))) return
    if (await this.parts.store.hasOtherAdministrator(row.org_id, row.id, tx)) return
    throw new AppError(
      'conflict',
      'This is the last key that may manage keys; make another one with the scope "*" or "keys:write" first.',
    )
  }
}

function managesKeys(scopes: readonly string[]): boolean {
  return includesScope(scopes, 'keys:write')
}

/** Whether the caller may do all that these powers allow. An empty list of assistants is all of them. */
function holds(caller: Caller, powers: Powers): boolean {
  if (!powers.scopes.every((scope) => includesScope(caller.scopes, scope))) return false
  if (caller.assistantIds.length === 0) return true
  return powers.assistantIds.length > 0 && powers.assistantIds.every((id) => mayUseAssistant(caller, id))
}

function present(row: ClientRow): ApiKey {
  return {
    client_id: row.id,
    name: row.name,
    allowed_origins: namesIn(row.allowed_origins),
    scopes: namesIn(row.scopes),
    assistant_ids: namesIn(row.assistant_ids),
    created_at: row.created_at,
    last_used_at: row.last_used_at,
    previous_secret_until: previousSecretHash(row) === undefined ? null : row.previous_secret_until,
  }
}
