import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../errors.js'
import type { ClientRow, ClientStore } from '../../store/clients.js'
import type { Executor } from '../../store/database.js'
import type { Caller } from './caller.js'
import type { SecretSeal } from './sealing.js'
import { hashSecret, newSecret, secretMatches } from './secrets.js'

/** The one moment at which a secret is known. */
export interface NewCredentials {
  clientId: string
  clientSecret: string
}

/** A client to be made; without limits it may do everything, from everywhere. */
export interface NewClient {
  name: string
  /** Taken as they are; absent = made up. */
  credentials?: NewCredentials | undefined
  allowedOrigins?: readonly string[]
  scopes?: readonly string[]
  assistantIds?: readonly string[]
}

/** Nobody's secret: compared against when the client does not exist, so that both cases take equal time. */
const NOBODY = hashSecret(newSecret())

/** API clients and their credentials. */
export class Clients {
  private readonly sealedWell = new WeakSet<ClientRow>()

  constructor(
    private readonly store: ClientStore,
    private readonly seal: SecretSeal,
  ) {}

  /** Makes a client; its secret is in the answer, and besides that only sealed and hashed. */
  async create(orgId: string, given: NewClient, executor?: Executor): Promise<NewCredentials> {
    const credentials = given.credentials ?? {
      clientId: `client_${randomBytes(12).toString('hex')}`,
      clientSecret: newClientSecret(),
    }
    const { clientId, clientSecret } = credentials
    const row = {
      id: clientId,
      org_id: orgId,
      name: given.name,
      ...this.kept(clientId, clientSecret),
      allowed_origins: JSON.stringify(given.allowedOrigins ?? []),
      scopes: JSON.stringify(given.scopes ?? ['*']),
      assistant_ids: JSON.stringify(given.assistantIds ?? []),
      created_at: new Date().toISOString(),
    }
    await this.store.create(row, executor)
    return credentials
  }

  /** What is stored of a client's secret. */
  kept(clientId: string, secret: string): Pick<ClientRow, 'secret_hash' | 'secret_sealed'> {
    return { secret_hash: hashSecret(secret), secret_sealed: this.seal.seal(clientId, secret) }
  }

  /**
   * Recognizes a client by its credentials; after a rotation, for as long as it was told, also by those before.
   * @throws AppError `unauthorized`, the same for an unknown id and a wrong secret.
   */
  async verify(clientId: string, secret: string): Promise<Caller> {
    const client = await this.store.find(clientId)
    const isCurrent = secretMatches(secret, client?.secret_hash ?? NOBODY)
    const isPrevious = secretMatches(secret, (client && previousSecretHash(client)) ?? NOBODY)
    if (client === undefined || !(isCurrent || isPrevious)) {
      throw new AppError('unauthorized', 'Authentication failed - X-API-Key or X-API-Secret is wrong.')
    }
    if (isCurrent) await this.sealAgain(client, secret)
    return callerFor('key', client)
  }

  /** A secret that was never sealed, or under a signing key that is gone, can be sealed whenever it is shown. */
  private async sealAgain(client: ClientRow, secret: string): Promise<void> {
    if (this.sealedWell.has(client)) return
    if (this.seal.open(client.id, client.secret_sealed) === secret) {
      this.sealedWell.add(client)
      return
    }
    await this.store.keepSealed(client.id, client.secret_hash, this.seal.seal(client.id, secret))
  }
}

/** A client's secret: 256 random bits. */
export function newClientSecret(): string {
  return `secret_${newSecret()}`
}

/** The hash of the secret before the last rotation, while that is still taken. */
export function previousSecretHash(client: ClientRow): string | undefined {
  const until = client.previous_secret_until
  if (client.previous_secret_hash === null || until === null) return undefined
  return until > new Date().toISOString() ? client.previous_secret_hash : undefined
}

const Names = z.array(z.string())

/** A list of texts as a client's row keeps it. */
export function namesIn(json: string): string[] {
  return Names.parse(JSON.parse(json))
}

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
    scopes: kind === 'key' ? namesIn(client.scopes) : [],
    assistantIds: namesIn(client.assistant_ids),
    tokenId: token.id,
    customerId: token.customerId,
  }
}
