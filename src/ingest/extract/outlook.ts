import { decodeIn } from './charset.js'
import { decodeText } from './text.js'
import { readStreams, type Streams } from './compound-file.js'
import type { Extraction } from './extraction.js'
import { messageExtraction } from './mail-blocks.js'

/** Properties of a message (MS-OXPROPS), by their tag. */
const SUBJECT = '0037'
const SENDER = '0C1A'
const SENDER_ADDRESS = '5D01'
const TO = '0E04'
const CC = '0E03'
const BODY = '1000'
const HTML = '1013'
const HEADERS = '007D'
const ATTACHMENT_NAMES = ['3707', '3704', '3001']

/** An Outlook message: its subject, who wrote to whom and when, its text, and the names of what is attached. */
export function extractOutlook(bytes: Uint8Array): Extraction {
  const streams = readStreams(bytes)
  const text = (tag: string) => property(streams, '/', tag)
  const attachments = [...streams.keys()].flatMap(
    (path) => /^\/(__attach_version1\.0_#[^/]*\/)$/.exec(path)?.[1] ?? [],
  )
  const address = text(SENDER_ADDRESS)
  const date = /^Date:\s*(.+)$/im.exec(text(HEADERS) ?? '')?.[1]
  return messageExtraction({
    mediaType: 'application/vnd.ms-outlook',
    subject: text(SUBJECT),
    from: [text(SENDER), address && `<${address}>`].filter(Boolean).join(' '),
    to: text(TO),
    cc: text(CC),
    date,
    html: text(HTML),
    text: text(BODY),
    attachments: attachments.map(
      (folder) => ATTACHMENT_NAMES.flatMap((tag) => property(streams, `/${folder}`, tag) ?? [])[0] ?? '',
    ),
  })
}

/** A text property: in UTF-16, in the writer's own character set, or as bytes of a page. */
function property(streams: Streams, folder: string, tag: string): string | undefined {
  const stream = (type: string) => streams.get(`${folder}__substg1.0_${tag}${type}`)
  const wide = stream('001F')
  if (wide !== undefined) return decodeIn('utf-16le', wide)
  const narrow = stream('001E') ?? stream('0102')
  return narrow === undefined ? undefined : decodeText(narrow)
}
