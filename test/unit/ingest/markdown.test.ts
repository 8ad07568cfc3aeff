import { describe, expect, it } from 'vitest'
import { extractMarkdown } from '#src/ingest/extract/markdown.js'

const told = (source: string) => extractMarkdown(source).blocks.map(({ kind, text }) => [kind, text])

describe('extractMarkdown', () => {
  it('keeps headings with their level', () => {
    expect(extractMarkdown('# A\n\nText.\n\n### B *c*\n').blocks).toEqual([
      { kind: 'heading', level: 1, text: 'A', page: null },
      { kind: 'paragraph', text: 'Text.', page: null },
      { kind: 'heading', level: 3, text: 'B c', page: null },
    ])
  })

  it('keeps the words of links, images and code, and drops their markup', () => {
    const source =
      'See [the **manual**](https://x.test "t"), ![a plug](p.png), `npm start` &amp; <https://y.test>.'
    expect(told(source)).toEqual([['paragraph', 'See the manual, a plug, npm start & https://y.test.']])
  })

  it('puts one item on a line, nested ones indented', () => {
    const source = '3. third\n4. fourth\n   - inner\n\n     more of it\n\n- [x] done\n- [ ] open\n'
    expect(told(source)).toEqual([
      ['list', '3. third\n4. fourth\n  - inner more of it'],
      ['list', '- [x] done\n- [ ] open'],
    ])
  })

  it('names the column in every cell of a table', () => {
    const source = '| Plan | Price | |\n|---|---|---|\n| Pro | 12 € | new |\n| Free | | |\n'
    expect(told(source)).toEqual([['table', '| Plan: Pro | Price: 12 € | new |\n| Plan: Free |']])
  })

  it('leaves front matter, comments, scripts and tags out', () => {
    const source =
      '---\ntitle: Hidden\n---\n\n<!-- hidden -->\n\n<script>hidden()</script>\n\n<div>\n<b>Shown</b>\n</div>\n\nText<br>and <i>more</i>.\n'
    expect(told(source)).toEqual([
      ['paragraph', 'Shown'],
      ['paragraph', 'Text and more.'],
    ])
  })

  it('does not take a rule at the top for front matter', () => {
    expect(told('---\n\nWords only.\n\n---\n\nMore.\n')).toEqual([
      ['paragraph', 'Words only.'],
      ['paragraph', 'More.'],
    ])
  })

  it('reads quotations and code as text', () => {
    expect(told('> Said.\n\n```sh\nnpm start\n```\n')).toEqual([
      ['paragraph', 'Said.'],
      ['code', 'npm start'],
    ])
  })

  it('tells the language', () => {
    expect(extractMarkdown('# Horaires\n\nLe guichet est ouvert du lundi au vendredi.').language).toBe('fr')
  })
})
