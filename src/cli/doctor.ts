import type { Command } from 'commander'
import { readConfig, ConfigError, type Config } from '../config.js'
import { IN_CLONE } from './command-line.js'
import { checkCompiler, checkCpu, checkDisk, checkGpu, checkNode } from './check-machine.js'
import { checkDatabase, checkModels } from './check-appliance.js'
import { checkBackups } from './check-backups.js'
import type { Finding } from './finding.js'

const MARKS = { good: '✓', note: '·', bad: '✗' } as const

/** Adds `guichet doctor`: one line for each thing the appliance stands on. Exit code 1 when something must be done. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('checks Node, compiler, processor, graphics card, disk, models, database and backups')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { json?: boolean }) => {
      const findings = await examine(process.env)
      process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : asText(findings))
      if (findings.some((finding) => finding.status === 'bad')) process.exitCode = 1
    })
}

async function examine(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const probed = await Promise.all([...(IN_CLONE ? [checkCompiler()] : []), checkCpu(), checkGpu()])
  const machine = [checkNode(process.versions.node), ...probed]
  let config: Config
  try {
    config = readConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [
      ...machine,
      { subject: 'Configuration', status: 'bad', text: error.message.replaceAll('\n', ' ') },
    ]
  }
  return [
    ...machine,
    ...(await checkDisk([config.data.dir, config.models.dir])),
    ...(await checkModels(config.models)),
    await checkDatabase(config.data.database),
    ...(await checkBackups(config.backup)),
  ]
}

function asText(findings: Finding[]): string {
  const width = Math.max(...findings.map((finding) => finding.subject.length))
  return findings
    .map(({ subject, status, text }) => `${MARKS[status]} ${subject.padEnd(width)}  ${text}\n`)
    .join('')
}
