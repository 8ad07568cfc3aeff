import { CFB } from '@e965/xlsx'
import { ExtractionError } from './extraction.js'
import { FORMATS, READABLE, UNREADABLE, type Format } from './formats.js'

/** Streams that only one kind of file has (MS-XLS, MS-DOC, MS-PPT, MS-OXMSG, MS-OFFCRYPTO). */
const STREAMS: [RegExp, Format | 'doc' | 'ppt' | 'encrypted'][] = [
  [/^\/(?:workbook|book)$/i, 'sheet'],
  [/^\/__properties_version1\.0$/i, 'outlook'],
  [/^\/worddocument$/i, 'doc'],
  [/^\/powerpoint document$/i, 'ppt'],
  [/^\/encryptedpackage$/i, 'encrypted'],
]

/** The part of the library that is needed; it has no types of its own. */
interface CompoundFiles {
  read(
    bytes: Uint8Array,
    options: { type: 'array' },
  ): {
    FullPaths: string[]
    FileIndex: { content?: ArrayLike<number> }[]
  }
}

/** The streams of a compound file, by their path. */
export type Streams = Map<string, Uint8Array>

/**
 * Opens the container of older Office files and of Outlook messages.
 * @throws ExtractionError when it is damaged.
 */
export function readStreams(bytes: Uint8Array): Streams {
  try {
    const { FullPaths, FileIndex } = (CFB as CompoundFiles).read(bytes, { type: 'array' })
    return new Map(
      FullPaths.map((path, at) => [
        path.replace(/^[^/]*/, ''),
        Uint8Array.from(FileIndex[at]?.content ?? []),
      ]),
    )
  } catch (error) {
    throw new ExtractionError('The file is damaged or incomplete and cannot be opened.', { cause: error })
  }
}

/**
 * The kind of a compound file.
 * @throws ExtractionError for the kinds that cannot be read, and for documents behind a password.
 */
export function compoundFormat(bytes: Uint8Array): Format {
  const paths = [...readStreams(bytes).keys()]
  const kind = STREAMS.find(([name]) => paths.some((path) => name.test(path)))?.[1]
  if (kind === 'encrypted') {
    throw new ExtractionError(
      'The document is protected by a password; remove the protection and load it again.',
    )
  }
  if (kind !== undefined && kind in FORMATS) return kind as Format
  const name = UNREADABLE[kind ?? 'cfb'] ?? ''
  const advice =
    kind === 'doc'
      ? ' Save it as .docx and load that.'
      : kind === 'ppt'
        ? ' Save it as .pptx and load that.'
        : ''
  throw new ExtractionError(`The file is ${name}, which cannot be read; ${READABLE}.${advice}`)
}
