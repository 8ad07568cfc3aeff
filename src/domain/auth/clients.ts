import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../errors.js'
import type { ClientRow, ClientStore } from '../../store/clients.js'
import type { Executor } from '../../store/database.js'
import type { Caller } from './caller.js'
import { hashSecret, newSecret, secretMatches } from './secrets.js'

/** The one moment at which a secret is known. */
export interface NewCredentials {
  clientId: string
  clientSecret: string
}

/** Nobody's secret: compared against when the client does not exist, so that both cases take equal time. */
const NOBODY = hashSecret(newSecret())

/** API clients and their credentials. */
export class Clients {
  constructor(private readonly store: ClientStore) {}

  /** Makes a client; its secret is in the answer and nowhere else. Given credentials are taken as they are. */
  async create(
    orgId: string,
    name: string,
    given?: NewCredentials,
    executor?: Executor,
  ): Promise<NewCredentials> {
    const credentials = given ?? {
      clientId: `client_${randomBytes(12).toString('hex')}`,
      clientSecret: `secret_${newSecret()}`,
    }
    const row = {
      id: credentials.clientId,
      org_id: orgId,
      name,
      secret_hash: hashSecret(credentials.clientSecret),
      allowed_origins: '[]',
      created_at: new Date().toISOString(),
    }
    await this.store.create(row, executor)
    return credentials
  }

  /**
   * Recognizes a client by its credentials.
   * @throws AppError `unauthorized`, the same for an unknown id and a wrong secret.
   */
  async verify(clientId: string, secret: string): Promise<Caller> {
    const client = await this.store.find(clientId)
    const matches = secretMatches(secret, client?.secret_hash ?? NOBODY)
    if (client === undefined || !matches) {
      throw new AppError('unauthorized', 'Authentication failed - X-API-Key or X-API-Secret is wrong.')
    }
    return callerFor('key', client)
  }
}

const Names = z.array(z.string())

/** The caller that a client's key, or a token made for the client, speaks for. */
export function callerFor(
  kind: 'key' | 'widget',
  client: ClientRow,
  token: { id: string | null; customerId: string | null } = { id: null, customerId: null },
): Caller {
  return {
    kind,
    orgId: client.org_id,
    clientId: client.id,
    scopes: kind === 'key' ? Names.parse(JSON.parse(client.scopes)) : [],
    assistantIds: Names.parse(JSON.parse(client.assistant_ids)),
    tokenId: token.id,
    customerId: token.customerId,
  }
}
