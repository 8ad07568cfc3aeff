import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'
import { extractOpenDocument } from '#src/ingest/extract/office/opendocument.js'
import { zip } from '../../helpers/zip.js'

const NAMES = ['office', 'text', 'table', 'draw', 'style', 'presentation']
const DECLARED = NAMES.map(
  (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
).join(' ')
const STYLES = `<office:automatic-styles><text:list-style style:name="L1">
  <text:list-level-style-number text:level="1" style:num-suffix="." style:num-format="1"/>
  <text:list-level-style-bullet text:level="2"/></text:list-style></office:automatic-styles>`

function document(kind: 'text' | 'presentation', body: string, more: Record<string, string> = {}): Buffer {
  return zip([
    { name: 'mimetype', body: `application/vnd.oasis.opendocument.${kind}`, isStored: true },
    {
      name: 'content.xml',
      body: `<?xml version="1.0"?><office:document-content ${DECLARED}>${STYLES}<office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    },
    ...Object.entries(more).map(([name, content]) => ({ name, body: content })),
  ])
}

async function read(file: Buffer): Promise<string[]> {
  const { blocks } = await extract(file)
  return blocks.map(({ kind, page, text }) => `${kind}${page === null ? '' : ` ${String(page)}`}: ${text}`)
}

const p = (text: string) => `<text:p>${text}</text:p>`

describe('an OpenDocument text', () => {
  it('has headings, lists with their numbers, notes and text boxes, without what was deleted or remarked', async () => {
    const body = `<text:tracked-changes>${p('deleted')}</text:tracked-changes>
      <text:h text:outline-level="2">A <text:span>heading</text:span></text:h>
      <text:p>One<text:s text:c="3"/>two<office:annotation>${p('a remark')}</office:annotation><text:note><text:note-citation>1</text:note-citation><text:note-body>${p('a note')}</text:note-body></text:note><draw:frame><draw:text-box>${p('boxed')}</draw:text-box></draw:frame></text:p>
      <text:list text:style-name="L1"><text:list-item>${p('first')}<text:list><text:list-item>${p('inner')}</text:list-item></text:list></text:list-item><text:list-item>${p('second')}</text:list-item></text:list>`

    expect(await read(document('text', body))).toEqual([
      'heading: A heading',
      'paragraph: One two[1]',
      'paragraph: [1] a note',
      'paragraph: boxed',
      'list: 1. first\n  - inner\n2. second',
    ])
  })

  it('has tables with merged cells, and not what is repeated a million times', async () => {
    const cell = (text: string, rest = '') => `<table:table-cell ${rest}>${p(text)}</table:table-cell>`
    const body = `<table:table><table:table-header-rows><table:table-row>${cell('Plan')}${cell('Price')}</table:table-row></table:table-header-rows>
      <table:table-row>${cell('Pro', 'table:number-rows-spanned="2"')}${cell('12 €')}<table:table-cell table:number-columns-repeated="16000000"/></table:table-row>
      <table:table-row><table:covered-table-cell/>${cell('9 €')}</table:table-row></table:table>`

    expect(await read(document('text', body))).toEqual([
      'table: | Plan: Pro | Price: 12 € |\n| Plan: Pro | Price: 9 € |',
    ])
  })

  it('says that it is protected', async () => {
    const manifest = `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`
    const file = document('text', p('x'), { 'META-INF/manifest.xml': manifest })

    await expect(extractOpenDocument(file)).rejects.toThrow(/protected by a password/)
  })
})

describe('an OpenDocument presentation', () => {
  it('is read slide by slide, titles first', async () => {
    const frame = (text: string, kind: string) =>
      `<draw:frame presentation:class="${kind}"><draw:text-box>${p(text)}</draw:text-box></draw:frame>`
    const body = `<draw:page>${frame('a point', 'outline')}${frame('Title', 'title')}<presentation:notes>${frame('a note', 'notes')}</presentation:notes></draw:page><draw:page>${p('more')}</draw:page>`

    expect(await read(document('presentation', body))).toEqual([
      'heading 1: Title',
      'paragraph 1: a point',
      'paragraph 1: a note',
      'paragraph 2: more',
    ])
  })
})
