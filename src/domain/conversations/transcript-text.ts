import type { Message } from '../../contract/messages.js'
import type { Transcript } from '../../contract/transcripts.js'
import type { SpokenLanguage } from '../answers/wording.js'

type Head = Omit<Transcript, 'messages'>

const WORDS = {
  en: {
    heading: (name: string) => `Conversation with ${name}`,
    exported: (at: string) => `Exported on ${at}. All times are in UTC.`,
    visitor: 'Visitor',
    sources: 'Sources: ',
    page: (page: number) => `page ${String(page)}`,
  },
  fr: {
    heading: (name: string) => `Conversation avec ${name}`,
    exported: (at: string) => `Exportée le ${at}. Toutes les heures sont en UTC.`,
    visitor: 'Visiteur',
    sources: 'Sources : ',
    page: (page: number) => `page ${String(page)}`,
  },
}

/** Characters that say nothing and may steer what shows them, terminals above all. */
const STEERING = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** The conversation as plain text. What was said is indented, so that it cannot pass for a line of ours. */
export async function* textTranscript(
  head: Head,
  messages: AsyncGenerator<Message>,
  language: SpokenLanguage,
): AsyncGenerator<string, void> {
  const words = WORDS[language]
  const title = head.title === null ? '' : `${oneLine(head.title)}\n`
  yield `${words.heading(oneLine(head.assistant.name))}\n${title}${words.exported(moment(head.exported_at))}\n`
  for await (const message of messages) {
    const body = clean(message.content).replaceAll(/^/gm, '    ')
    const sources = sourcesOf(message, language)
    const cited = sources === '' ? '' : `\n    ${words.sources}${sources}`
    yield `\n[${moment(message.created_at)}] ${speaker(head, message, language)}\n${body}${cited}\n`
  }
}

/** The conversation as a page that loads and runs nothing. */
export async function* htmlTranscript(
  head: Head,
  messages: AsyncGenerator<Message>,
  language: SpokenLanguage,
): AsyncGenerator<string, void> {
  const words = WORDS[language]
  const heading = escaped(words.heading(oneLine(head.assistant.name)))
  const title = head.title === null ? '' : `<h2>${escaped(oneLine(head.title))}</h2>\n`
  yield `<!doctype html>\n<html lang="${language}">\n<head><meta charset="utf-8"><title>${heading}</title></head>\n<body>\n`
  yield `<h1>${heading}</h1>\n${title}<p>${escaped(words.exported(moment(head.exported_at)))}</p>\n`
  for await (const message of messages) {
    const sources = sourcesOf(message, language)
    const cited = sources === '' ? '' : `\n<p><small>${escaped(words.sources + sources)}</small></p>`
    const said = escaped(message.content).replaceAll('\n', '<br>\n')
    yield `<h3>${escaped(speaker(head, message, language))} · <time datetime="${message.created_at}">${moment(message.created_at)}</time></h3>\n`
    yield `<p>${said}</p>${cited}\n`
  }
  yield '</body>\n</html>\n'
}

function speaker(head: Head, { sender }: Message, language: SpokenLanguage): string {
  return sender === 'user' ? WORDS[language].visitor : oneLine(head.assistant.name)
}

/** The titles of what a reply rests on, each once for every page. */
function sourcesOf({ sources }: Message, language: SpokenLanguage): string {
  const named = sources.map(({ title, page }) =>
    page === null ? oneLine(title) : `${oneLine(title)}, ${WORDS[language].page(page)}`,
  )
  return [...new Set(named)].join('; ')
}

/** `2026-01-31 08:05`. */
function moment(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}

function oneLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, ' ')
}

function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(STEERING, '')
}

function escaped(text: string): string {
  return clean(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
