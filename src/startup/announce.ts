import { styleText } from 'node:util'
import type { FirstStartNews } from '../app.js'
import type { BackupHealth } from '../contract/health.js'
import type { Models } from './models.js'

export interface Announcement {
  version: string
  /** Where it is reached, without a slash at the end. */
  url: string
  models: Models
  threads: number
  gpu: string
  modelsDir: string
  /** Undefined when no backups are scheduled. */
  backup: BackupHealth | undefined
  news: FirstStartNews | undefined
  /** The credentials came from the environment and are not repeated. */
  credentialsGiven: boolean
  /** Milliseconds from the start of the process to listening. */
  startedInMs: number
  colour: boolean
}

/** What a start says on the terminal: where it is, how it answers, and, once, who may use it. */
export function announcement(facts: Announcement): string {
  const bold = (text: string) => (facts.colour ? styleText('bold', text) : text)
  const dim = (text: string) => (facts.colour ? styleText('dim', text) : text)
  const lines = [
    '',
    `  ${bold('Guichet')} ${facts.version} ${dim(`listening after ${(facts.startedInMs / 1000).toFixed(1)} s`)}`,
    '',
    row('Page', bold(`${facts.url}/`)),
    row('Search', search(facts.models, facts.modelsDir)),
    ...rows('Replies', replies(facts.models, facts.modelsDir)),
    row('Runs on', device(facts)),
    ...backups(facts.backup),
    ...facts.models.problems.map((problem) => row('Note', problem)),
    ...credentials(facts, bold),
    '',
  ]
  return lines.join('\n')
}

function search({ embedding }: Models, dir: string): string {
  return embedding?.why ?? `No embedding model could be fetched: put one into ${dir}, then restart.`
}

function replies({ chat }: Models, dir: string): string[] {
  const better = `For written replies put a larger instruction-tuned GGUF model into ${dir} and restart.`
  if (chat === undefined) return ['Literal quotes from your documents: there is no chat model.', better]
  const entry = chat.entry?.role === 'chat' ? chat.entry : undefined
  const experimental = 'answer_mode "compose" on an assistant lets the model write (experimental, unchecked).'
  if (entry?.replies === 'quote') {
    return [`Literal quotes from your documents. ${entry.name}: ${entry.why}.`, better]
  }
  return [`Literal quotes from your documents. ${chat.why}`, experimental]
}

function backups(state: BackupHealth | undefined): string[] {
  if (state === undefined) return []
  const next = state.next_at === null ? '' : `, next ${state.next_at.slice(0, 16)}Z`
  return [row('Backups', state.last_error ?? `Scheduled as "${state.schedule}"${next}.`)]
}

function device({ models: { hardware }, threads, gpu }: Announcement): string {
  const cpu = `CPU, ${String(threads)} ${threads === 1 ? 'thread' : 'threads'}`
  if (hardware.gpu === null) return cpu
  if (gpu === 'off') return `${cpu}; the GPU (${hardware.gpu}) stays unused because GPU=off.`
  return `${cpu} for search; ${hardware.gpu} for the chat model.`
}

function credentials(
  { news, credentialsGiven, url }: Announcement,
  bold: (text: string) => string,
): string[] {
  if (news === undefined) return []
  const { clientId, clientSecret } = news.credentials
  const keys = credentialsGiven
    ? [row('Client', `${clientId}, with the secret from BOOTSTRAP_CLIENT_SECRET`)]
    : [row('Client id', bold(clientId)), row('Secret', `${bold(clientSecret)}   shown this once: keep it`)]
  const secret = credentialsGiven ? '$BOOTSTRAP_CLIENT_SECRET' : clientSecret
  return [
    '',
    ...keys,
    row('Operator', `${url}/operator?token=${news.operatorToken}`),
    row('', 'opens the page with uploads and settings; good once, within a day'),
    '',
    row('Try', `curl ${url}/api/v1/assistants/ -H "X-API-Key: ${clientId}" -H "X-API-Secret: ${secret}"`),
  ]
}

function rows(name: string, lines: string[]): string[] {
  return lines.map((line, index) => row(index === 0 ? name : '', line))
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(10)} ${text}`
}
