import { isTable } from './csv.js'
import { hintedFormat, type FileHint } from './file-hint.js'
import type { Format } from './formats.js'
import { parseRecords } from './records.js'

const HEAD = 4096
/** Lines whose beginnings tell Markdown and AsciiDoc. */
const SAMPLE = 20_000
const MARKDOWN = /^(?:#{1,6} \S|\s*[-*] \[[^\]]+\]\(|```|\|.+\|\s*$)/gm
const ASCIIDOC = /^(?:={1,5} \S|:[\w-]+:(?: |$)|\|===\s*$|----\s*$|\[[a-z]+(?:[,%=][^\]]*)?\]\s*$)/gm

/** The kind of a text: by its beginning where that leaves no doubt, else by its name, else by how it is set. */
export function textFormat(text: string, hint: FileHint): Format {
  const head = text.slice(0, HEAD)
  if (/^\s*\{\\rtf/.test(head)) return 'rtf'
  if (isHtml(head)) return 'html'
  if (isXml(head))
    return /<\?mso-application progid="Excel|urn:schemas-microsoft-com:office:spreadsheet|office:mimetype="application\/vnd\.oasis\.opendocument\.spreadsheet/.test(
      head,
    )
      ? 'sheet'
      : 'xml'
  const records = parseRecords(text)
  if (records !== undefined) return records.isNotebook ? 'notebook' : 'json'
  const hinted = hintedFormat(hint)
  if (hinted === 'xml' && /^\s*</.test(head)) return 'xml'
  switch (hinted) {
    case 'html':
    case 'csv':
    case 'markdown':
    case 'asciidoc':
      return hinted
    case 'text':
      return isTable(text, 'certain') ? 'csv' : 'text'
    default:
      return bySigns(text)
  }
}

function bySigns(text: string): Format {
  const sample = text.slice(0, SAMPLE)
  if (count(sample, MARKDOWN) >= 2) return 'markdown'
  if (/^= \S/.test(sample.trimStart()) && count(sample, ASCIIDOC) >= 2) return 'asciidoc'
  return isTable(text, 'likely') ? 'csv' : 'text'
}

function count(text: string, signs: RegExp): number {
  return text.match(signs)?.length ?? 0
}

function isHtml(head: string): boolean {
  return /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(
    head,
  )
}

function isXml(head: string): boolean {
  return /^\s*(?:<\?xml\s|<!DOCTYPE\s|<(?:[a-z_][\w.-]*:)?(?:rss|feed|rdf|svg)\b)/i.test(head)
}
