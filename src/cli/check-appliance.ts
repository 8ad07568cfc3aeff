import type { Config } from '../config.js'
import { chooseModel } from '../models/choose.js'
import { candidates } from '../models/fetch.js'
import { detectHardware } from '../models/hardware.js'
import { readManifest, type ModelRole } from '../models/manifest.js'
import { commandLine } from './command-line.js'
import type { Finding } from './finding.js'

const SUBJECTS: Record<ModelRole, string> = { embedding: 'Search model', chat: 'Chat model' }

/** Which models would be used, and why; without a search model the appliance cannot answer. */
export async function checkModels(models: Config['models']): Promise<Finding[]> {
  const manifest = readManifest()
  const hardware = await detectHardware()
  return (['embedding', 'chat'] as const).map((role) => {
    const subject = SUBJECTS[role]
    const chosen = chooseModel(role, { dir: models.dir, manifest }, models[role])
    if (chosen) return { subject, status: 'good', text: chosen.why }
    const named = models[role]
    // @NOTE the last one comes from npm, which a closed network may have when it has nothing else.
    const offer = candidates(role, { manifest, hardware }).at(-1)?.id ?? 'MODEL'
    const how = `run "${commandLine(`models fetch ${offer}`)}", or place one into ${models.dir}.`
    if (named !== undefined) {
      return {
        subject,
        status: 'bad',
        text: `"${named}" is not in ${models.dir}: place it there or name another.`,
      }
    }
    return role === 'chat'
      ? { subject, status: 'note', text: `None, so replies are literal quotes; for written ones ${how}` }
      : { subject, status: 'bad', text: `None, so nothing can be answered: ${how}` }
  })
}

/** Whether the database can be used by this version. */
export async function checkDatabase(file: string): Promise<Finding> {
  const subject = 'Database'
  const store = await loadStore()
  if (store === undefined) {
    return { subject, status: 'bad', text: `better-sqlite3 cannot be loaded: run "npm ci" with this Node.` }
  }
  const found = store.inspectDatabase(file, { thorough: true })
  switch (found.state) {
    case 'absent':
      return { subject, status: 'good', text: `None yet; the first start makes ${file}.` }
    case 'current':
      return { subject, status: 'good', text: `${file} is at ${found.version}.` }
    case 'older':
      return {
        subject,
        status: 'good',
        text: `${file} is at ${found.version}; the next start brings it up to date.`,
      }
    case 'newer':
      return {
        subject,
        status: 'bad',
        text: `${file} is from a newer Guichet (${found.version}): start that version.`,
      }
    case 'unreadable':
      return {
        subject,
        status: 'bad',
        text: `${file} cannot be read (${found.reason}): ${found.advice}.`,
      }
  }
}

// @NOTE loaded late: when better-sqlite3 is not built for this Node, that is a finding and not a crash.
async function loadStore() {
  try {
    return await import('../store/inspect.js')
  } catch {
    return undefined
  }
}
