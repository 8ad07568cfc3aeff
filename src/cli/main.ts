#!/usr/bin/env node
import { Command } from 'commander'
import { ConfigError } from '../config.js'
import { registerDoctor } from './doctor.js'
import { registerKeys } from './keys.js'
import { registerModels } from './models.js'
import { registerOperator } from './operator.js'
import { DatabaseError } from '../store/database.js'

const program = new Command('guichet').description(
  'Looks after a Guichet: what this machine lacks, its models, keys and operator.',
)

registerDoctor(program)
registerModels(program)
registerKeys(program)
registerOperator(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DatabaseError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
