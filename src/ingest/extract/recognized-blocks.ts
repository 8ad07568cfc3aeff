import type { Block } from '../../retrieval/chunk.js'

interface Word {
  text: string
  left: number
  right: number
  height: number
  /** 0 to 100. */
  confidence: number
}

interface RecognizedLine {
  paragraph: string
  words: Word[]
}

/** What is recognized with less is a speck, or a piece of a drawing. */
const WORD_CONFIDENCE = 30
const LINE_CONFIDENCE = 60
/** One line like this must be there, or the picture is taken to hold no text. */
const SURE_CONFIDENCE = 75
/** Share of letters and digits below which a line is no text. */
const LETTER_SHARE = 0.6
/** A gap of so many heights of a line parts two cells. */
const CELL_GAP = 2
/** Columns of Tesseract's table of words. */
const COLUMNS = ['level', '', 'block', 'paragraph', 'line', '', 'left', '', 'width', 'height', 'conf', 'text']
const WORD_LEVEL = '5'

/** Paragraphs and rows of tables of one picture, from Tesseract's table of words; nothing where it holds no text. */
export function recognizedBlocks(tsv: string, page: number | null): Block[] {
  const lines = readLines(tsv).flatMap((line) => {
    const words = line.words.filter((word) => word.confidence >= WORD_CONFIDENCE)
    return isText(words) ? [{ ...line, words }] : []
  })
  if (!lines.some(isSure)) return []
  const blocks: Block[] = []
  let last: RecognizedLine | undefined
  for (const line of lines) {
    const cells = cellsOf(line.words)
    const kind = cells.length > 2 ? 'table' : 'paragraph'
    const block = blocks.at(-1)
    if (block?.kind === 'table' && cells.length > 1) block.text += `\n${cells.join(' | ')}`
    else if (block?.kind === 'paragraph' && kind === 'paragraph' && last?.paragraph === line.paragraph) {
      block.text = joined(block.text, cells.join(' '))
    } else blocks.push({ kind, text: cells.join(kind === 'table' ? ' | ' : ' '), page })
    last = line
  }
  return blocks
}

function readLines(tsv: string): RecognizedLine[] {
  const lines = new Map<string, RecognizedLine>()
  for (const row of tsv.split('\n')) {
    const fields = row.split('\t')
    const field = (name: string) => fields[COLUMNS.indexOf(name)] ?? ''
    const text = field('text').trim()
    if (field('level') !== WORD_LEVEL || text === '') continue
    const paragraph = `${field('block')}/${field('paragraph')}`
    const key = `${paragraph}/${field('line')}`
    const left = Number(field('left'))
    const right = left + Number(field('width'))
    const word = { text, left, right, height: Number(field('height')), confidence: Number(field('conf')) }
    const line = lines.get(key) ?? { paragraph, words: [] }
    line.words.push(word)
    lines.set(key, line)
  }
  return [...lines.values()]
}

function isText(words: Word[]): boolean {
  const text = words.map((word) => word.text).join('')
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  return letters > 0 && letters >= text.length * LETTER_SHARE && confidenceOf(words) >= LINE_CONFIDENCE
}

/** A whole word, and read with confidence. */
function isSure({ words }: RecognizedLine): boolean {
  return confidenceOf(words) >= SURE_CONFIDENCE && words.some(({ text }) => /[\p{L}\p{N}]{3}/u.test(text))
}

/** Mean by letter. */
function confidenceOf(words: Word[]): number {
  const letters = words.reduce((sum, word) => sum + word.text.length, 0)
  return words.reduce((sum, word) => sum + word.confidence * word.text.length, 0) / Math.max(1, letters)
}

function cellsOf(words: Word[]): string[] {
  const heights = words.map((word) => word.height).sort((a, b) => a - b)
  const height = heights[Math.floor(heights.length / 2)] ?? 0
  const cells: string[] = []
  let last: Word | undefined
  for (const word of words) {
    const begins = last === undefined || word.left - last.right > height * CELL_GAP
    cells.push(begins ? word.text : `${cells.pop() ?? ''} ${word.text}`)
    last = word
  }
  return cells
}

function joined(text: string, next: string): string {
  const isDivided = /\p{L}[-\u00AD]$/u.test(text) && /^\p{Ll}/u.test(next)
  return isDivided ? text.slice(0, -1) + next : `${text} ${next}`
}
