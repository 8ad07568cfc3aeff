import { execFile } from 'node:child_process'
import { availableParallelism, cpus, totalmem, type } from 'node:os'
import { promisify } from 'node:util'
import { VERSION } from '../../src/version.js'
import type { ApplianceClient } from '../appliance/client.js'

/** What figures depend on, by name. */
export type Facts = Record<string, string>

const GIT_MS = 5000

/** This machine, this Node, this version of the product and the models it runs. */
export async function machineFacts(client: ApplianceClient): Promise<Facts> {
  const { chat, embedding } = await client.health()
  const { Date: date = '', ...host } = await hostFacts()
  return { ...host, Embedding: embedding.model ?? 'none', Chat: chat.model ?? 'none', Date: date }
}

/** This machine, this Node and this version of the product. */
export async function hostFacts(): Promise<Facts> {
  const commit = await currentCommit()
  return {
    Processor: `${cpus()[0]?.model ?? 'unknown'}, ${String(availableParallelism())} cores`,
    Memory: `${(totalmem() / 1024 ** 3).toFixed(1)} GB`,
    System: `${type()}, Node ${process.version.replace(/^v/, '')}`,
    Guichet: commit === undefined ? VERSION : `${VERSION}, commit ${commit}`,
    Date: new Date().toISOString().slice(0, 10),
  }
}

/** The head of every measurement: what the figures depend on. */
export function factsText(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `- ${name}: ${value}`)
    .join('\n')
}

async function currentCommit(): Promise<string | undefined> {
  const asked = promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { timeout: GIT_MS })
  return asked.then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}
