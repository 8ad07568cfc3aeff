import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send, type Answer } from '../helpers/http.js'
import { evidence, scriptedRetriever } from '../helpers/scripted-retriever.js'
import type { Things } from './generated.js'

/** Whoever asks this is declined. */
const UNANSWERABLE = 'Can the moon be rented'
const FILED_WITHIN_MS = 15_000

type Keys = Record<string, string>
type Fields = Record<string, unknown>

/** An appliance whose search declines what nobody knows; nothing is limited by the hour. */
export function startForAll(env: Record<string, string> = {}): Promise<Appliance> {
  const nothing = { hits: [], quotes: [], coverage: 0, cosine: 0, confidence: 0 }
  const retriever = scriptedRetriever({
    evidence: (question) => evidence(question.includes(UNANSWERABLE) ? nothing : {}),
  })
  return startAppliance({ engines: { retriever }, env: { RATE_LIMIT_PER_HOUR: '0', ...env } })
}

/**
 * Gives an organization one of everything, by its keys.
 * @param mark a word that is in all that the organization says of itself
 */
export async function furnish(appliance: Appliance, keys: Keys, mark: string): Promise<Things> {
  const make = async (path: string, body: Fields) =>
    made(await send(`${appliance.origin}/api/v1${path}`, { method: 'POST', headers: keys, body }), path)
  const reference = `person-${mark}`
  const assistant = await make('/assistants/', {
    name: `Desk ${mark}`,
    instructions: `Mind ${mark}.`,
    widget_search: true,
  })
  const context = await make('/contexts/', { user_reference: reference, traits: { note: mark } })
  const session = await make('/sessions/', {
    assistant_id: assistant['id'],
    visitor_id: reference,
    metadata: { note: mark },
  })
  await make(`/sessions/${String(session['id'])}/messages`, { content: `How does ${mark} print?` })
  await make(`/sessions/${String(session['id'])}/feedback`, { rating: 'positive', comment: mark })
  const conversation = await make('/conversations/', {
    assistant_id: assistant['id'],
    customer_id: reference,
    title: `About ${mark}`,
  })
  const talk = `/conversations/${String(conversation['id'])}/messages`
  const message = await make(talk, { content: `How does ${mark} reset?` })
  await make(talk, { content: `${UNANSWERABLE}, ${mark}?` })
  const qa = await make('/knowledge/qa/', { question: `What is ${mark}?`, answer: mark, tags: [mark] })
  const url = await make('/knowledge/urls/', { url: `https://example.com/${mark}`, title: mark })
  const widgetConfig = await make('/widget-configs/', { name: mark, assistant_id: assistant['id'] })
  const key = await make('/keys/', { name: `Key ${mark}` })
  return {
    assistant: String(assistant['id']),
    session: String(session['id']),
    conversation: String(conversation['id']),
    message: String(message['id']),
    context: String(context['id']),
    file: await upload(appliance, keys, mark),
    qa: String(qa['id']),
    url: String(url['id']),
    passage: passageOf(appliance, String(qa['id']), mark),
    widgetConfig: String(widgetConfig['id']),
    unanswered: await filed(appliance, keys),
    feedback: await firstOf(appliance, keys, '/feedback/', 'feedback'),
    key: String(key['client_id']),
    reference,
  }
}

function made(answer: Answer, path: string): Fields {
  expect({ path, status: answer.status, body: answer.body }).toMatchObject({ body: { status: 'success' } })
  return data(answer)
}

async function upload(appliance: Appliance, keys: Keys, mark: string): Promise<string> {
  const raw = new FormData()
  raw.append('title', `Manual ${mark}`)
  raw.append('file', new File([`# ${mark}\n\nHold the green button.`], `${mark}.md`))
  const answer = await send(`${appliance.origin}/api/v1/knowledge/files/`, {
    method: 'POST',
    headers: keys,
    raw,
  })
  return String(made(answer, '/knowledge/files/')['id'])
}

/** Processing is idle here, so that a passage is put where it would have put one. */
function passageOf(appliance: Appliance, source: string, mark: string): string {
  const id = randomUUID()
  const { connection } = appliance.database
  connection
    .prepare(
      `insert into passage (id, org_id, source_id, ordinal, kind, text, start_offset, end_offset, everyone, live)
       select ?, org_id, id, 0, 'qa', ?, 0, 10, 1, 1 from source where id = ?`,
    )
    .run(id, `What ${mark} is.`, source)
  connection
    .prepare('update source set live_version = (select version from passage where id = ?) where id = ?')
    .run(id, source)
  return id
}

/** The first row of a list. */
async function firstOf(appliance: Appliance, keys: Keys, path: string, name: string): Promise<string> {
  const list = await send(`${appliance.origin}/api/v1${path}`, { headers: keys })
  const [first] = made(list, path)[name] as Fields[]
  expect(first, path).toBeDefined()
  return String(first?.['id'])
}

/** A declined question is filed a moment after its reply. */
async function filed(appliance: Appliance, keys: Keys): Promise<string> {
  const deadline = Date.now() + FILED_WITHIN_MS
  for (;;) {
    const list = await send(`${appliance.origin}/api/v1/analytics/unanswered/`, { headers: keys })
    const [first] = made(list, '/analytics/unanswered/')['unanswered'] as Fields[]
    if (first !== undefined) return String(first['id'])
    if (Date.now() > deadline) throw new Error('A declined question was not filed.')
    await pause(50)
  }
}
