import { readConfig, type Config } from '../config.js'
import { Clients } from '../domain/auth/clients.js'
import { Operators } from '../domain/auth/operators.js'
import { FirstStart, FIRST_START } from '../domain/onboarding/onboarding.js'
import { clientStore } from '../store/clients.js'
import { DatabaseError, openExistingDatabase } from '../store/database.js'
import { operatorTokenStore } from '../store/operator-tokens.js'
import { settingStore } from '../store/settings.js'

/** What the CLI changes in an appliance's data, whether that is running or not. */
export interface OpenAppliance {
  config: Config
  clients: Clients
  operators: Operators
  /** The organization of the first start. */
  orgId: string
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
    await work({
      config,
      clients: new Clients(clientStore(database.db)),
      operators: new Operators(operatorTokenStore(database.db)),
      orgId: FirstStart.parse(made).orgId,
    })
  } finally {
    await database.close()
  }
}
