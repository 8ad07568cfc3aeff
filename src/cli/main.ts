#!/usr/bin/env node
import { Command } from 'commander'
import { BundleError } from '../bundle/bundle-error.js'
import { ConfigError } from '../config.js'
import { registerBundle } from './bundle.js'
import { registerDoctor } from './doctor.js'
import { registerKeys } from './keys.js'
import { registerModels } from './models.js'
import { registerOperator } from './operator.js'
import { DatabaseError } from '../store/database.js'

const program = new Command('guichet').description(
  'Looks after a Guichet: what this machine lacks, its models, keys and operator; verifies bundles.',
)

registerDoctor(program)
registerModels(program)
registerKeys(program)
registerOperator(program)
registerBundle(program)

try {
  await program.parseAsync()
} catch (error) {
  if (![ConfigError, DatabaseError, BundleError].some((kind) => error instanceof kind)) throw error
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
