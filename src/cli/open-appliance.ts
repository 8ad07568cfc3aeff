import { readConfig, type Config } from '../config.js'
import { Clients } from '../domain/auth/clients.js'
import { Operators } from '../domain/auth/operators.js'
import { FirstStart, FIRST_START } from '../domain/onboarding/onboarding.js'
import { clientStore } from '../store/clients.js'
import { openExistingDatabase } from '../store/database.js'
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
 * @throws DatabaseError when there are none, or of another version.
 */
export async function withAppliance(work: (appliance: OpenAppliance) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const database = openExistingDatabase(config.data.database)
  try {
    const made = FirstStart.parse(await settingStore(database.db).get(FIRST_START))
    await work({
      config,
      clients: new Clients(clientStore(database.db)),
      operators: new Operators(operatorTokenStore(database.db)),
      orgId: made.orgId,
    })
  } finally {
    await database.close()
  }
}
