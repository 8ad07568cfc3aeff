import { posix } from 'node:path'
import type { Block } from '../../retrieval/chunk.js'
import { openArchive, type Archive } from './archive.js'
import { oneLine } from './block-list.js'
import { ExtractionError, finished, MAX_CHARACTERS, type Extraction } from './extraction.js'
import { declaredCharset, readMarkup } from './html.js'
import { decodeText } from './text.js'
import { elementAt, elementsOf, outermost, parseXml, textOf, type XmlElement } from './xml-tree.js'

/** Ways to make embedded fonts useless elsewhere: they leave the text as it is. */
const FONT_ALGORITHMS = new Set(['http://www.idpf.org/2008/embedding', 'http://ns.adobe.com/pdf/enc#RC'])
const CHAPTER_TYPES = /^(?:application\/xhtml\+xml|text\/html|application\/html)$/i

/**
 * The text of a book (EPUB 2 and 3), chapter after chapter. A chapter without a heading has the name it is listed under.
 * @throws ExtractionError when it is damaged, protected against copying, made to fill memory or without any text.
 */
export async function extractEpub(bytes: Uint8Array): Promise<Extraction> {
  const archive = await openArchive(bytes)
  await refuseProtected(archive)
  const book = await openBook(archive)
  const names = await chapterNames(archive, book)
  const blocks: Block[] = []
  let size = 0
  for (const part of book.chapters) {
    const chapter = await readChapter(archive, part)
    const [first] = chapter
    const name = names.get(part) ?? ''
    if (first !== undefined && name !== '' && !chapter.some(({ kind }) => kind === 'heading')) {
      if (first.text === name) chapter.shift()
      chapter.unshift({ kind: 'heading', level: 1, text: name, page: null })
    }
    blocks.push(...chapter)
    size += chapter.reduce((sum, { text }) => sum + text.length, 0)
    if (size > MAX_CHARACTERS) break
  }
  return finished({
    mediaType: 'application/epub+zip',
    ...(book.title !== '' && { title: book.title }),
    blocks,
  })
}

interface Book {
  title: string
  /** Parts of the archive, in reading order. */
  chapters: string[]
  /** The part that lists the chapters' names, of either version of the format. */
  contents: string | undefined
}

/** Copy protection encrypts chapters; it says so in one part or another. */
async function refuseProtected(archive: Archive): Promise<void> {
  const encryption = await readXml(archive, 'META-INF/encryption.xml')
  const algorithms = outermost(encryption, 'enc:EncryptionMethod').map(
    ({ attributes }) => attributes.Algorithm,
  )
  const isEncrypted = algorithms.some((algorithm) => !FONT_ALGORITHMS.has(algorithm ?? ''))
  if (isEncrypted)
    throw new ExtractionError('The book is protected against copying (DRM) and cannot be read.')
}

async function openBook(archive: Archive): Promise<Book> {
  const container = await readXml(archive, 'META-INF/container.xml')
  const path = outermost(container, 'rootfile')[0]?.attributes['full-path']
  const description = path === undefined ? undefined : await readXml(archive, path)
  if (path === undefined || description === undefined)
    throw new ExtractionError('The book is damaged or incomplete: its description is missing.')
  const items = new Map(
    outermost(elementAt(description, 'manifest'), 'item').map(({ attributes }) => [
      attributes.id ?? '',
      {
        part: resolved(path, attributes.href ?? ''),
        isChapter: CHAPTER_TYPES.test(attributes['media-type'] ?? ''),
        isNavigation: attributes.properties?.split(/\s+/).includes('nav') === true,
      },
    ]),
  )
  const spine = elementAt(description, 'spine')
  const chapters = elementsOf(spine, 'itemref').flatMap(({ attributes }) => {
    const item = items.get(attributes.idref ?? '')
    return item?.isChapter === true && !item.isNavigation ? [item.part] : []
  })
  const navigation = [...items.values()].find(({ isNavigation }) => isNavigation)
  return {
    title: oneLine(textOf(elementAt(description, 'metadata', 'dc:title'))).slice(0, 500),
    chapters: [...new Set(chapters)],
    contents: navigation?.part ?? items.get(spine?.attributes.toc ?? '')?.part,
  }
}

/** What the table of contents calls each chapter; of several places in one, the first. */
async function chapterNames(archive: Archive, { contents }: Book): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const list = contents === undefined ? undefined : await readXml(archive, contents)
  const put = (target: string | undefined, name: string) => {
    const part = resolved(contents ?? '', target ?? '')
    if (!names.has(part)) names.set(part, oneLine(name))
  }
  const points = (element: XmlElement | undefined): void => {
    for (const child of elementsOf(element)) {
      if (child.name === 'a') put(child.attributes.href, textOf(child))
      const label = elementAt(child, 'navLabel', 'text')
      if (label !== undefined) put(elementAt(child, 'content')?.attributes.src, textOf(label))
      points(child)
    }
  }
  points(list)
  return names
}

async function readChapter(archive: Archive, part: string): Promise<Block[]> {
  const bytes = await archive.read(part)
  if (bytes === undefined) return []
  const text = decodeText(bytes, declaredCharset(bytes)) ?? ''
  // @NOTE a parser of HTML takes an element that is closed in its own tag for an open one.
  return readMarkup(text.replace(/<([a-z][\w:-]*)((?:\s[^<>]*)?)\/>/gi, '<$1$2></$1>'))
}

async function readXml(archive: Archive, part: string): Promise<XmlElement | undefined> {
  const bytes = await archive.read(part)
  return bytes === undefined ? undefined : parseXml(bytes)
}

/** A reference, as the name of a part. */
function resolved(from: string, reference: string): string {
  const path = reference.replace(/[?#].*$/s, '')
  try {
    return posix.join('/', posix.dirname(from), decodeURIComponent(path)).slice(1)
  } catch {
    return posix.join('/', posix.dirname(from), path).slice(1)
  }
}
