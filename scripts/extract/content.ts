import { parseHTML } from 'linkedom'
import { marked } from 'marked'
import type { Block } from '../../src/retrieval/chunk.js'

/** What is compared of a document: each word, table cell and heading as often as it stands there, in comparable form. */
export interface Content {
  words: string[]
  cells: string[]
  headings: string[]
}

interface Node {
  readonly textContent: string | null
  remove(): void
  replaceWith(text: string): void
}

/** What an expected text in Markdown holds. Addresses of links, pictures and comments are no text. */
export function expectedContent(markdown: string): Content {
  const html = marked.parse(markdown, { async: false, gfm: true })
  const { document } = parseHTML(`<html><body>${html}</body></html>`) as unknown as {
    document: { body: Node; querySelectorAll(selector: string): Iterable<Node> }
  }
  for (const element of document.querySelectorAll('img, script, style')) element.remove()
  for (const element of document.querySelectorAll('br')) element.replaceWith(' ')
  const texts = (selector: string) =>
    [...document.querySelectorAll(selector)].map((one) => comparable(one.textContent ?? '')).filter(Boolean)
  return {
    words: wordsOf(document.body.textContent ?? ''),
    cells: texts('td, th'),
    headings: texts('h1, h2, h3, h4, h5, h6'),
  }
}

/**
 * What was read of a file. A row's cell that says its column first (`Price: 12 €`) stands for the cell, and for the
 * heading of its column.
 */
export function foundContent(blocks: Block[]): Content {
  return {
    words: blocks.flatMap(({ text }) => wordsOf(text)),
    cells: blocks
      .filter(({ kind }) => kind === 'table')
      .flatMap(({ text }) => text.split('\n').flatMap(rowCells)),
    headings: blocks.filter(({ kind }) => kind === 'heading').map(({ text }) => comparable(text)),
  }
}

function rowCells(line: string): string[] {
  return line.split(/(?:^|\s)\|(?=\s|$)/).flatMap((cell) => {
    const joints = [...cell.matchAll(/:\s/g)].map(({ index }) => index)
    const parts = joints.flatMap((at) => [cell.slice(0, at), cell.slice(at + 1)])
    return [cell, ...parts].map(comparable).filter(Boolean)
  })
}

/** A text's words in order; what has none (an arrow, a tick) keeps its signs, and a rule drawn with dashes is nothing. */
function comparable(text: string): string {
  const words = wordsOf(text)
  return words.length > 0 ? words.join(' ') : text.replace(/\s+|^\s*[-=_:]{2,}\s*$/gu, '')
}

/** Letters of scripts that are written without spaces count as words of their own. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}]|[\p{L}\p{M}\p{N}]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}]|[^\p{L}\p{M}\p{N}]|$)/gu

function wordsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? []
}
