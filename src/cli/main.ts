#!/usr/bin/env node
import { Command } from 'commander'
import { registerAsk } from './ask.js'
import { registerBackup, registerRestore } from './backup.js'
import { registerBundle } from './bundle.js'
import { registerDoctor } from './doctor.js'
import { registerKeys } from './keys.js'
import { registerModels } from './models.js'
import { registerOperator } from './operator.js'
import { registerOrganizations } from './organizations.js'
import { failWith, FOR_PROGRAMS } from './output.js'

const program = new Command('guichet').description(
  'Looks after a Guichet: what this machine lacks, its models, keys, organizations, operator, backups and bundles.',
)
// Before the commands, which take this over. What is wrong with a command line is said once, below, to programs.
program.exitOverride()
if (FOR_PROGRAMS) program.configureOutput({ outputError: () => undefined })

registerDoctor(program)
registerAsk(program)
registerModels(program)
registerKeys(program)
registerOrganizations(program)
registerOperator(program)
registerBackup(program)
registerRestore(program)
registerBundle(program)

// Whoever reads the output may have seen enough (`guichet models list | head -1`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await program.parseAsync()
} catch (error) {
  failWith(error)
}
