import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { ExtractionError, type Extraction } from './extraction.js'
import { isDeeperThan } from './markup-depth.js'
import { htmlBlocks, type DomElement, type DomNode } from './html-blocks.js'

interface DomDocument extends DomElement {
  readonly body: DomElement
}

/** A page says its character set at its beginning (HTML standard: within 1024 bytes). */
const PRESCAN_BYTES = 1024
/** The article must hold this share of the page's own text, or it is no article, and the whole page is read. */
const MOST_OF_IT = 0.5
/** Readability goes over a page many times: what is nested deeper, or holds more elements, is read whole. */
const ARTICLE_DEPTH = 100
const ARTICLE_ELEMENTS = 50_000
/** A page with less text than this, in characters, is read whole: there is no article to be told from it. */
const SHORT = 1500
/** Deeper markup exhausts the stack of whatever reads it. */
const MAX_DEPTH = 2000
/** More elements than this, open at one place, are not even parsed; pages leave some open by mistake. */
const MOST_OPEN = 10_000
/** What surrounds the text of a page, and what is no text. */
const AROUND = `script, style, noscript, template, iframe, svg, nav, header, footer, aside, form, dialog,
  [hidden], [aria-hidden="true"], [role="navigation"], [role="banner"], [role="contentinfo"], [role="search"]`

/** The character set that a page declares for itself; undefined for what declares none. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString('latin1')
  const name = /<meta\s[^>]*charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1]
  // @NOTE as the standard has it: what could be read so far is no UTF-16, whatever it says.
  return name?.toLowerCase().startsWith('utf-16') === true ? 'utf-8' : name
}

/**
 * The text of an HTML page with its headings, lists, tables and code: its article, or, where most of its text is not in
 * one, everything but what surrounds it (menus, footers, forms).
 * @throws ExtractionError for markup that is nested too deeply.
 */
export function extractHtml(source: string): Extraction {
  try {
    return read(source)
  } catch (error) {
    if (error instanceof RangeError)
      throw new ExtractionError('The page’s markup is nested too deeply to be read.', { cause: error })
    throw error
  }
}

/**
 * All text of a piece of HTML as blocks, such as the body of an e-mail.
 * @throws ExtractionError for markup that is nested too deeply.
 */
export function readMarkup(source: string): Block[] {
  try {
    const { document } = parsed(source)
    if (extentOf(document).depth > MAX_DEPTH) throw new RangeError('nested too deeply')
    return htmlBlocks(document.body)
  } catch (error) {
    if (error instanceof RangeError)
      throw new ExtractionError('The markup is nested too deeply to be read.', { cause: error })
    throw error
  }
}

/** The parser's own types ask for a browser's. */
const parse = parseHTML as unknown as (source: string) => { document: DomDocument }

function parsed(source: string): { document: DomDocument } {
  if (isDeeperThan(source, MOST_OPEN)) throw new RangeError('nested too deeply')
  return parse(isDocument(source) ? source : `<html><body>${source}</body></html>`)
}

function read(source: string): Extraction {
  const { document } = parsed(source)
  const { depth, elements } = extentOf(document)
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply')
  const title = oneLine(document.querySelector('title')?.textContent ?? '')
  for (const element of document.querySelectorAll(AROUND)) if (!holdsMain(element)) element.remove()
  const whole = htmlBlocks(document.querySelector('main, [role="main"]') ?? document.body)
  const heading = headingOf(document)
  const isPlain = depth <= ARTICLE_DEPTH && elements <= ARTICLE_ELEMENTS && sizeOf(whole) > SHORT
  const article = isPlain ? withHeading(articleOf(document), heading) : []
  const blocks = sizeOf(article) >= MOST_OF_IT * sizeOf(whole) ? article : whole
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: 'text/html',
    ...(title !== '' && { title }),
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
  }
}

/** How deep and how large a page is; counted without recursion. */
function extentOf(root: DomElement): { depth: number; elements: number } {
  let depth = 0
  let elements = 0
  for (let level: DomElement[] = [...root.children]; level.length > 0 && depth <= MAX_DEPTH; depth += 1) {
    elements += level.length
    level = level.flatMap((element) => [...element.children])
  }
  return { depth, elements }
}

/** Readability works on the document itself, so it comes last. */
function articleOf(document: DomDocument): Block[] {
  const reader = new Readability<DomNode>(document, { serializer: (node: unknown) => node as DomNode })
  const content = reader.parse()?.content ?? undefined
  return content === undefined ? [] : htmlBlocks(content)
}

/** The first heading of the page, as it stands. */
function headingOf(document: DomDocument): string {
  return oneLine(document.querySelector('h1')?.textContent ?? '')
}

/** An article loses its heading when that is the page's title too. */
function withHeading(article: Block[], heading: string): Block[] {
  const isThere = heading === '' || article.length === 0 || article.some(({ text }) => text === heading)
  return isThere ? article : [{ kind: 'heading', level: 1, text: heading, page: null }, ...article]
}

/** A page whose text lies in a form, or in what is called its header, keeps it. */
function holdsMain(element: DomElement): boolean {
  return element.querySelector('main, article, [role="main"]') !== null
}

function isDocument(source: string): boolean {
  return /<(?:html|body)[\s>]/i.test(source)
}

function sizeOf(blocks: Block[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0)
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().slice(0, 500)
}
