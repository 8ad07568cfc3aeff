import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { decodeIn, isKnown } from './charset.js'
import type { Extraction } from './extraction.js'
import { tableLines } from './table-lines.js'

/** Groups that hold no text of the document: fonts, styles, pictures, what a field asks for. */
const NO_TEXT = new Set(
  `fonttbl colortbl stylesheet info pict object themedata colorschememapping latentstyles datastore generator listtable
   listoverridetable rsidtbl xmlnstbl fldinst header headerl headerr headerf footer footerl footerr footerf pntext
   bkmkstart bkmkend filetbl revtbl`.split(/\s+/),
)
const SIGNS: Record<string, string> = {
  tab: '\t',
  line: ' ',
  emdash: '—',
  endash: '–',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
  '~': ' ',
  _: '-',
}
/** A control word with its number, a sign, an escaped byte, a brace, or a run of text. */
const TOKEN = /\\([a-z]+)(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)/gi
const WESTERN = 'windows-1252'
const DEEPEST_GROUP = 1000

/** The text of an RTF document: paragraphs, headings where they have an outline level, tables. */
export function extractRtf(source: string): Extraction {
  const blocks = new RtfReader().read(source)
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: 'application/rtf',
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
  }
}

interface Group {
  isSilent: boolean
  /** How many characters stand for one that older readers cannot show. */
  fallback: number
}

class RtfReader {
  readonly #blocks: Block[] = []
  readonly #groups: Group[] = []
  #group: Group = { isSilent: false, fallback: 1 }
  #charset = WESTERN
  #bytes: number[] = []
  #text = ''
  #toSkip = 0
  #level: number | undefined
  #cells: string[] = []
  #rows: string[][] = []
  #isOptional = false

  read(source: string): Block[] {
    const tokens = new RegExp(TOKEN)
    for (let token = tokens.exec(source); token !== null; token = tokens.exec(source)) {
      const [, word, number, byte, sign, brace, text] = token
      if (byte === undefined) this.#endBytes()
      if (word === 'bin') tokens.lastIndex += Math.max(0, Number(number ?? 0))
      else if (word !== undefined) this.#word(word, number === undefined ? undefined : Number(number))
      else if (byte !== undefined) this.#byte(Number.parseInt(byte, 16))
      else if (sign !== undefined) this.#sign(sign)
      else if (brace !== undefined) this.#brace(brace)
      else if (text !== undefined) this.#add(text)
    }
    this.#endBytes()
    this.#endParagraph()
    this.#endTable()
    return this.#blocks
  }

  #brace(brace: string): void {
    if (brace === '{' && this.#groups.length < DEEPEST_GROUP) {
      this.#groups.push(this.#group)
      this.#group = { ...this.#group }
    } else if (brace === '}') this.#group = this.#groups.pop() ?? this.#group
  }

  #sign(sign: string): void {
    if (sign === '*') this.#isOptional = true
    else if (sign === '\n' || sign === '\r') this.#endParagraph()
    else if (sign === '\\' || sign === '{' || sign === '}') this.#add(sign)
    else this.#add(SIGNS[sign] ?? '')
  }

  #word(word: string, number: number | undefined): void {
    // What an older reader may pass over holds no text of the document, but for what fields and shapes show.
    if (NO_TEXT.has(word) || (this.#isOptional && word !== 'shptxt')) this.#group.isSilent = true
    this.#isOptional = false
    if (this.#group.isSilent) return
    if (word === 'par' || word === 'sect' || word === 'page') this.#endParagraph()
    else if (word === 'pard') this.#level = undefined
    else if (word === 'outlinelevel') this.#level = (number ?? 0) + 1
    else if (word === 'cell' || word === 'nestcell') this.#endCell()
    else if (word === 'row' || word === 'nestrow') this.#endRow()
    else if (word === 'uc') this.#group.fallback = Math.max(0, number ?? 1)
    else if (word === 'u') this.#character(number ?? 0)
    else if (word === 'ansicpg') this.#charset = charsetOf(number)
    else this.#add(SIGNS[word] ?? '')
  }

  #character(code: number): void {
    this.#text += String.fromCharCode(code < 0 ? code + 0x1_0000 : code)
    this.#toSkip = this.#group.fallback
  }

  #byte(byte: number): void {
    if (this.#toSkip > 0) this.#toSkip -= 1
    else if (!this.#group.isSilent) this.#bytes.push(byte)
  }

  #endBytes(): void {
    if (this.#bytes.length > 0) this.#text += decodeIn(this.#charset, Uint8Array.from(this.#bytes)) ?? ''
    this.#bytes = []
  }

  #add(text: string): void {
    const kept = text.slice(this.#toSkip)
    this.#toSkip = Math.max(0, this.#toSkip - text.length)
    if (!this.#group.isSilent) this.#text += kept
  }

  #endCell(): void {
    this.#cells.push(this.#text)
    this.#text = ''
  }

  #endRow(): void {
    if (this.#cells.length > 0) this.#rows.push(this.#cells)
    this.#cells = []
  }

  #endTable(): void {
    const text = tableLines([], this.#rows).join('\n')
    this.#rows = []
    if (text !== '') this.#blocks.push({ kind: 'table', text, page: null })
  }

  #endParagraph(): void {
    if (this.#cells.length > 0) {
      this.#text += ' '
      return
    }
    const text = this.#text.replace(/\s+/gu, ' ').trim()
    this.#text = ''
    if (text === '') return
    this.#endTable()
    const level = this.#level !== undefined && this.#level <= 6 ? this.#level : undefined
    this.#blocks.push(
      level === undefined
        ? { kind: 'paragraph', text, page: null }
        : { kind: 'heading', level, text, page: null },
    )
  }
}

const CODE_PAGES: Record<number, string> = {
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  65001: 'utf-8',
}

function charsetOf(codePage: number | undefined): string {
  const name = CODE_PAGES[codePage ?? 1252] ?? `windows-${String(codePage ?? 1252)}`
  return isKnown(name) ? name : WESTERN
}
