import type { Command } from 'commander'
import { withAppliance } from './open-appliance.js'

/** Adds `guichet keys create`. */
export function registerKeys(program: Command): void {
  program
    .command('keys')
    .description('API clients: a public id and a secret each')
    .command('create')
    .description('makes a client; its secret is shown now and never again')
    .option('--name <name>', 'what the client is for', 'Client')
    .option('--json', 'for programs')
    .action(async ({ name, json }: { name: string; json?: true }) => {
      await withAppliance(async ({ clients, orgId }) => {
        const { clientId, clientSecret } = await clients.create(orgId, name)
        process.stdout.write(
          json === true
            ? `${JSON.stringify({ client_id: clientId, client_secret: clientSecret })}\n`
            : `X-API-Key: ${clientId}\nX-API-Secret: ${clientSecret}\nThe secret is shown this once: keep it.\n`,
        )
      })
    })
}
