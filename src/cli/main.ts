#!/usr/bin/env node
import { Command } from 'commander'
import { ConfigError } from '../config.js'
import { registerDoctor } from './doctor.js'
import { registerModels } from './models.js'

const program = new Command('guichet').description(
  'Looks after a Guichet: what this machine lacks, and its models.',
)

registerDoctor(program)
registerModels(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
