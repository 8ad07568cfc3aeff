import { join } from 'node:path'
import { readSet } from '../evidence/data.js'
import { GeneratedLibrary } from './generated.js'

/** A document to be taught. */
export interface LibraryFile {
  name: string
  text: string
  /** Parts it has; about as many passages. */
  sections: number
}

/** Where a measured knowledge base comes from. */
export interface Library {
  /** For the head of the tables. */
  readonly description: string
  /** The next document, of so many sections at most where it can be cut; undefined when there are no more. */
  next(sections: number): LibraryFile | undefined
  /** Questions about what `next` has given so far, each time others as long as there are some. */
  questions(count: number): string[]
}

/** There are no documents to be had; the message says what is missing where. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError'
}

/** Generated manuals, or those of a folder in BEIR layout. @throws LibraryError when the folder holds no corpus. */
export function openLibrary(folder: string | undefined, seed: number): Library {
  return folder === undefined ? new GeneratedLibrary(seed) : new FolderLibrary(folder)
}

/** Neighbouring entries of one title are one document. */
class FolderLibrary implements Library {
  readonly description: string
  readonly #files: LibraryFile[]
  readonly #questions: string[]
  #given = 0
  #asked = 0

  constructor(folder: string) {
    const set = readSet(folder, 'en')
    if (set.documents.length === 0 || set.questions.length === 0)
      throw new LibraryError(
        `${join(folder, 'corpus.jsonl')} or queries.jsonl is missing: name a folder in BEIR layout.`,
      )
    this.#files = merged(set.documents)
    this.#questions = set.questions.map(({ text }) => text)
    this.description = `${folder}: ${String(this.#files.length)} documents of ${String(set.documents.length)} entries`
  }

  next(): LibraryFile | undefined {
    return this.#files[this.#given++]
  }

  questions(count: number): string[] {
    return Array.from({ length: count }, () => this.#questions[this.#asked++ % this.#questions.length] ?? '')
  }
}

function merged(entries: readonly { title: string; text: string }[]): LibraryFile[] {
  const groups: { title: string; texts: string[] }[] = []
  for (const { title, text } of entries) {
    const last = groups.at(-1)
    if (last?.title === title && title !== '') last.texts.push(text)
    else groups.push({ title, texts: [text] })
  }
  return groups.map(({ title, texts }, at) => ({
    name: `${title.slice(0, 100) || 'Document'} (${String(at)}).md`,
    sections: texts.length,
    text: `# ${title}\n\n${texts.join('\n\n')}\n`,
  }))
}
