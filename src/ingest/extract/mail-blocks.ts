import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import type { Extraction } from './extraction.js'
import { readMarkup } from './html.js'
import { extractText } from './text.js'

/** What is read of a message, whatever format it came in. */
export interface Message {
  mediaType: string
  subject: string | undefined
  from: string | undefined
  to: string | undefined
  cc: string | undefined
  date: string | undefined
  html: string | undefined
  text: string | undefined
  /** Names; empty where one has none. */
  attachments: string[]
}

const MOST_NAMED = 20
const HEADS = [
  ['from', 'From'],
  ['to', 'To'],
  ['cc', 'Cc'],
  ['date', 'Date'],
] as const

/** A message as blocks: its subject, who wrote to whom and when, its text. What is attached is named, and told. */
export function messageExtraction(message: Message): Extraction {
  const subject = oneLine(message.subject ?? '')
  const heads = HEADS.flatMap(([name, label]) => {
    const value = oneLine(message[name] ?? '')
    return value === '' ? [] : [`- ${label}: ${value}`]
  })
  const html = message.html === undefined ? [] : readMarkup(message.html)
  const body = html.length > 0 ? html : extractText(message.text ?? '').blocks
  const names = message.attachments.map((name) => oneLine(name) || 'unnamed')
  const shown = `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`
  const blocks: Block[] = [
    ...block('heading', subject, 1),
    ...block('list', heads.join('\n')),
    ...body,
    ...block('paragraph', names.length === 0 ? '' : `Attachments: ${shown}`),
  ]
  const sample = body.map(({ text }) => text).join('\n')
  return {
    mediaType: message.mediaType,
    ...(subject !== '' && { title: subject }),
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
    ...(names.length > 0 && {
      warnings: [
        {
          code: 'parts_left_out',
          message: `What is attached to the message was not read (${shown}); load it as a file of its own.`,
        },
      ],
    }),
  }
}

function block(kind: Block['kind'], text: string, level?: number): Block[] {
  return text === '' ? [] : [{ kind, text, page: null, ...(level !== undefined && { level }) }]
}

function oneLine(text: string): string {
  return text
    .replace(/[\s\u0000]+/gu, ' ')
    .trim()
    .slice(0, 1000)
}
