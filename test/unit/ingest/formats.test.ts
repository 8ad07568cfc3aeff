import { CFB } from '@e965/xlsx'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'

const read = (content: string | Buffer, fileName?: string) =>
  extract(Buffer.from(content as string), { fileName })

async function texts(content: string | Buffer, fileName?: string): Promise<string[]> {
  const { blocks } = await read(content, fileName)
  return blocks.map(({ kind, level, text }) => `${kind}${level ?? ''}: ${text}`)
}

/** The writer of compound files, which has no types of its own. */
const compound = CFB as {
  utils: { cfb_new(): object; cfb_add(file: object, name: string, content: Uint8Array): void }
  write(file: object, options: { type: 'buffer' }): Uint8Array
}

describe('JSON', () => {
  it('shows small records as a table, whether in one list or one a line', async () => {
    const records = [
      { name: 'Ana', city: { zip: '69000', town: 'Lyon' }, tags: ['a', 'b'] },
      { name: 'Ben', city: { zip: '06000', town: 'Nice' }, tags: [] },
    ]
    const table =
      'table: | name: Ana | city zip: 69000 | city town: Lyon | tags: a, b |\n| name: Ben | city zip: 06000 | city town: Nice |'
    expect(await texts(JSON.stringify(records), 'a.json')).toEqual([table])
    expect(await texts(records.map((one) => JSON.stringify(one)).join('\n'), 'a.jsonl')).toEqual([table])
  })

  it('makes sections of questions and answers, and of what is nested', async () => {
    const answer = `Within fourteen days. ${'We answer every letter. '.repeat(10)}`.trim()
    expect(
      await texts(
        JSON.stringify({ shop: { open: true, faq: [{ question: 'Refund?', answer, lang: 'en' }] } }),
      ),
    ).toEqual([
      'heading1: shop',
      'list: - open: true',
      'heading2: faq',
      'heading3: Refund?',
      'list: - lang: en',
      `paragraph: answer: ${answer}`,
    ])
  })

  it('of any depth neither hangs nor fails', async () => {
    const deep = `${'[{"a":'.repeat(5000)}1${'}]'.repeat(5000)}`
    await expect(read(`[${deep},{"b":"text"}]`)).resolves.toMatchObject({
      warnings: [{ code: 'parts_left_out' }],
    })
  })

  it('reads the cells of notebooks', async () => {
    const cell = (cell_type: string, source: string[], outputs: object[] = []) => ({
      cell_type,
      source,
      outputs,
    })
    const cells = [
      cell('markdown', ['# Title\n', 'Some *text*.']),
      cell('code', ['print(1)'], [{ text: ['1\n'] }]),
    ]
    expect(await texts(JSON.stringify({ nbformat: 4, cells }), 'a.ipynb')).toEqual([
      'heading1: Title',
      'paragraph: Some text.',
      'code: print(1)',
      'code: 1',
    ])
  })
})

describe('XML', () => {
  it('reads feeds entry by entry', async () => {
    const rss = `<?xml version="1.0"?><rss><channel><title>News</title><item><title>Fees &amp; dates</title>
      <pubDate>Mon, 1 Jan 2024</pubDate><description>&lt;p&gt;No &lt;b&gt;fees&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>`
    expect(await texts(rss)).toEqual([
      'heading1: News',
      'heading2: Fees & dates',
      'paragraph: Mon, 1 Jan 2024',
      'paragraph: No fees.',
    ])
    const atom =
      '<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><entry><title>E</title><content type="html"><![CDATA[<p>Text</p>]]></content></entry></feed>'
    expect(await texts(atom)).toEqual(['heading1: N', 'heading2: E', 'paragraph: Text'])
  })

  it('keeps the order of texts, and shows like records as a table', async () => {
    const xml = `<doc><title>Guide</title><para>Press <b>start</b>.</para>
      <parts><part><ref>K1</ref><price>3</price></part><part><ref>K2</ref><price>4</price></part></parts></doc>`
    expect(await texts(xml, 'guide.xml')).toEqual([
      'heading2: Guide',
      'paragraph: Press start.',
      'table: | ref: K1 | price: 3 |\n| ref: K2 | price: 4 |',
    ])
  })

  it('expands no entities and fetches nothing', async () => {
    const entities = Array.from(
      { length: 10 },
      (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`,
    ).join('')
    const { blocks } = await read(
      `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">${entities}<!ENTITY f SYSTEM "file:///etc/passwd">]><d><p>Text &e10; &f;</p></d>`,
    )
    expect(blocks.map(({ text }) => text.length)).toEqual([expect.any(Number)])
    expect(blocks[0]?.text).toMatch(/^Text\b.{0,20}$/)
  })

  it('refuses what is nested without end', async () => {
    await expect(read(`<?xml version="1.0"?>${'<a>'.repeat(300_000)}`)).rejects.toThrow('nested too deeply')
  })
})

describe('messages', () => {
  const mail = [
    'From: =?utf-8?q?Zo=C3=A9?= <zoe@example.org>',
    'To: desk@example.org',
    'Subject: =?iso-8859-1?q?R=E9servation?=',
    'Date: Mon, 1 Jan 2024 10:00:00 +0100',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Two nights, please.</p><ul><li>quiet</li></ul>',
    '--b',
    'Content-Type: application/pdf; name="bill.pdf"',
    'Content-Disposition: attachment; filename="bill.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERi0xLjQ=',
    '--b--',
  ].join('\r\n')

  it('say who wrote what to whom, and what was attached', async () => {
    expect(await read(mail, 'a.eml')).toMatchObject({
      title: 'Réservation',
      warnings: [{ code: 'parts_left_out', message: expect.stringContaining('bill.pdf') as string }],
    })
    expect(await texts(mail)).toEqual([
      'heading1: Réservation',
      'list: - From: Zoé <zoe@example.org>\n- To: desk@example.org\n- Date: 2024-01-01T09:00:00.000Z',
      'paragraph: Two nights, please.',
      'list: - quiet',
      'paragraph: Attachments: bill.pdf',
    ])
  })

  it('are read from Outlook too', async () => {
    const file = compound.utils.cfb_new()
    const add = (tag: string, text: string) =>
      compound.utils.cfb_add(file, `/__substg1.0_${tag}001F`, Buffer.from(text, 'utf16le'))
    compound.utils.cfb_add(file, '/__properties_version1.0', Buffer.alloc(32))
    add('0037', 'Clés perdues')
    add('0C1A', 'Zoé')
    add('1000', 'Where are they?')
    const bytes = Buffer.from(compound.write(file, { type: 'buffer' }))
    expect(await texts(bytes, 'a.msg')).toEqual([
      'heading1: Clés perdues',
      'list: - From: Zoé',
      'paragraph: Where are they?',
    ])
  })
})

it('reads AsciiDoc', async () => {
  const source =
    '= Manual\n:toc:\n\nSee *the* https://example.org[site].\n\n* one\n** two\n\n.Prices\n|===\n|Plan |Price\n\n|Pro\n|12\n|===\n\n----\nnpm start\n----\n'
  expect(await texts(source, 'a.adoc')).toEqual([
    'heading1: Manual',
    'paragraph: See the site.',
    'list: - one\n  - two',
    'paragraph: Prices',
    'table: | Plan: Pro | Price: 12 |',
    'code: npm start',
  ])
})

it('reads RTF, in its own character set', async () => {
  const source =
    "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}{\\*\\generator Word;}\\pard\\outlinelevel0 Tarifs\\par\\pard D\\'e9j\\'e0 vu \\u8364 ?\\line ici\\par\n" +
    '\\trowd\\intbl Plan\\cell Price\\cell\\row\\intbl Pro\\cell 12\\cell\\row\\pard End {\\b bold}.\\par}'
  expect(await texts(source, 'a.rtf')).toEqual([
    'heading1: Tarifs',
    'paragraph: Déjà vu € ici',
    'table: | Plan | Price |\n| Pro | 12 |',
    'paragraph: End bold.',
  ])
})

describe('the kind of a file', () => {
  it('is told when the name promises another', async () => {
    const { warnings, mediaType } = await read('<!doctype html><p>Hello</p>', 'report.pdf')
    expect(mediaType).toBe('text/html')
    expect(warnings).toEqual([
      {
        code: 'type_mismatch',
        message: 'The file is named “report.pdf” but is an HTML page, not a PDF; it was read as what it is.',
      },
    ])
    for (const [name, content] of [
      ['a.txt', '{"a": 1}'],
      ['a.csv', 'one\ntwo'],
      ['notes', 'Text.'],
      ['a.html', '<p>Text</p>'],
    ] as const)
      expect((await read(content, name)).warnings ?? []).toEqual([])
  })

  it.each<[string, Buffer, RegExp]>([
    [
      'a ZIP archive',
      Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]),
      /ZIP archive, which cannot be read/,
    ],
    ['a gzip archive', gzipSync('text'), /gzip archive/],
    [
      'music',
      Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x20\0', 'latin1'), Buffer.alloc(200)]),
      /audio file \(\.mp3\)/,
    ],
    ['a film', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), /video file \(\.mp4\)/],
    [
      'a picture with a script at its end',
      Buffer.from('GIF89a\x01\0\x01\0\0\0\0=1;alert(1)', 'latin1'),
      /picture/,
    ],
  ])('%s is named where it cannot be read', async (_what, bytes, reason) => {
    await expect(read(bytes, 'manual.docx')).rejects.toMatchObject({
      name: 'ExtractionError',
      message: expect.stringMatching(reason) as string,
    })
  })

  it('is what its beginning says, whatever else it could be', async () => {
    const page = '<!doctype html><!-- %PDF-1.4 1 0 obj endobj --><p>A page</p>'
    expect((await read(page)).mediaType).toBe('text/html')
    expect((await read('The signature %PDF-1.7 begins every PDF.', 'a.txt')).mediaType).toBe('text/plain')
    expect((await read('MZ and BM are no programs.\nGIF89a', 'a.txt')).mediaType).toBe('text/plain')
  })

  it('never lets text show other than it is', async () => {
    const { blocks, title } = await read(
      '<title>a\u202Eb</title><p>in\u202Evoice\u0007 \u2066x\u2069 of the second of May</p>',
      'a.html',
    )
    expect(blocks.at(-1)?.text).toBe('invoice x of the second of May')
    expect(title).toBe('ab')
    const { warnings } = await read('<!doctype html><p>x</p>', 'fdp\u202E.pdf')
    expect(warnings?.[0]?.message).toContain('“fdp.pdf”')
  })
})
