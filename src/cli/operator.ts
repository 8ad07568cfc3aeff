import type { Command } from 'commander'
import { withAppliance } from './open-appliance.js'
import { print } from './output.js'

/** Adds `guichet operator link`. */
export function registerOperator(program: Command): void {
  program
    .command('operator')
    .description('the person who runs the appliance, at its own page')
    .command('link')
    .description('a link that lets one browser upload and change settings; good once, within a day')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => {
      await withAppliance(async ({ operators, config: { http } }) => {
        const token = await operators.createLink()
        const host = ['0.0.0.0', '::'].includes(http.host) ? 'localhost' : http.host
        const url = `${http.publicUrl ?? `http://${host}:${String(http.port)}`}/operator?token=${token}`
        print(json, { url }, `${url}\n`)
      })
    })
}
