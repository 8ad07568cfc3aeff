#!/usr/bin/env node
import { Command } from 'commander'
import { BackupError } from '../backup/backup-error.js'
import { BundleError } from '../bundle/bundle-error.js'
import { ConfigError } from '../config.js'
import { AskError, registerAsk } from './ask.js'
import { GuichetError } from '../client/guichet.js'
import { registerBackup, registerRestore } from './backup.js'
import { registerBundle } from './bundle.js'
import { registerDoctor } from './doctor.js'
import { registerKeys } from './keys.js'
import { registerModels } from './models.js'
import { registerOperator } from './operator.js'
import { DataFolderError } from '../store/data-lock.js'
import { DatabaseError } from '../store/database.js'

const program = new Command('guichet').description(
  'Looks after a Guichet: what this machine lacks, its models, keys, operator, backups and bundles.',
)

registerDoctor(program)
registerAsk(program)
registerModels(program)
registerKeys(program)
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
  const known = [
    AskError,
    BackupError,
    BundleError,
    ConfigError,
    DatabaseError,
    DataFolderError,
    GuichetError,
  ].some((kind) => error instanceof kind)
  if (!known) throw error
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
