import { readConfig, type Config } from '../config.js'
import { Assistants } from '../domain/assistants/assistants.js'
import { operatorCaller, type Caller } from '../domain/auth/caller.js'
import { Clients } from '../domain/auth/clients.js'
import { Keys } from '../domain/auth/keys.js'
import { Operators } from '../domain/auth/operators.js'
import { Organizations } from '../domain/auth/organizations.js'
import { SecretSeal } from '../domain/auth/sealing.js'
import { loadSigningKey } from '../domain/auth/signing-key.js'
import { FirstStart, FIRST_START } from '../domain/onboarding/onboarding.js'
import { assistantStore } from '../store/assistants.js'
import { clientStore } from '../store/clients.js'
import { DatabaseError, openExistingDatabase } from '../store/database.js'
import { operatorTokenStore } from '../store/operator-tokens.js'
import { organizationStore } from '../store/organizations.js'
import { settingStore } from '../store/settings.js'

/** What the CLI changes in an appliance's data, whether that is running or not. */
export interface OpenAppliance {
  config: Config
  keys: Keys
  organizations: Organizations
  operators: Operators
  /** The organization of the first start. */
  orgId: string
  /** Whoever runs the appliance, acting in an organization. */
  operatorIn: (orgId: string) => Caller
}

/**
 * Works on the data that the environment names, and closes them afterwards.
 * @throws DatabaseError when there are none, of another version, or from before the first start was done.
 */
export async function withAppliance(work: (appliance: OpenAppliance) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const database = openExistingDatabase(config.data.database)
  try {
    const made = await settingStore(database.db).get(FIRST_START)
    if (made === undefined) {
      throw new DatabaseError(
        `${config.data.database} has not seen a whole first start yet: start the appliance once.`,
      )
    }
    const { orgId, clientId } = FirstStart.parse(made)
    const { db } = database
    const store = clientStore(db)
    const clients = new Clients(store, new SecretSeal(loadSigningKey(config.data.signingKey)))
    await work({
      config,
      keys: new Keys({ db, store, clients, assistants: new Assistants(assistantStore(db)) }),
      organizations: new Organizations(db, organizationStore(db), clients),
      operators: new Operators(operatorTokenStore(db)),
      orgId,
      operatorIn: (id) => operatorCaller(id, clientId),
    })
  } finally {
    await database.close()
  }
}
