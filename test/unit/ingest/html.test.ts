import { describe, expect, it } from 'vitest'
import { extract } from '#src/ingest/extract/extract.js'

const read = async (html: string | Buffer, fileType = 'text/html') =>
  extract(Buffer.from(html as string), { fileType })
const texts = async (html: string) => (await read(html)).blocks.map(({ kind, text }) => `${kind}: ${text}`)

it('keeps headings, paragraphs, lists, tables and code, in order', async () => {
  expect(
    await texts(`<html><body><main>
      <h2>Prices &amp; plans</h2>
      <p>All prices <b>include</b> <a href="/tax">taxes</a>,<br>and no fees.</p>
      <ol start="3"><li>Choose<ul><li>Basic</li><li>Pro</li></ul></li><li>Pay</li></ol>
      <dl><dt>Refund:</dt><dd>14 days</dd></dl>
      <table><tr><th>Plan</th><th>Price</th></tr><tr><td>Pro</td><td>12 €</td></tr></table>
      <pre>npm start
npm test</pre></main></body></html>`),
  ).toEqual([
    'heading: Prices & plans',
    'paragraph: All prices include taxes, and no fees.',
    'list: 3. Choose\n  - Basic\n  - Pro\n4. Pay',
    'list: - Refund: 14 days',
    'table: | Plan: Pro | Price: 12 € |',
    'code: npm start\nnpm test',
  ])
})

it('leaves out what surrounds the text, and what is none', async () => {
  const found = await texts(`<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
    <nav>Menu</nav><script>alert(1)</script><div>The office is closed on Sundays.</div>
    <p hidden>Secret</p><footer>Imprint</footer></body></html>`)
  expect(found).toEqual(['paragraph: The office is closed on Sundays.'])
})

it('knows the title of the page', async () => {
  expect(await read('<title> Our\n shop </title><p>We sell kettles and pots.</p>')).toMatchObject({
    title: 'Our shop',
    mediaType: 'text/html',
    pages: null,
  })
})

describe('the character set', () => {
  const page = (head: string) =>
    Buffer.from(`<html><head>${head}</head><body><p>Déjà vu à Orléans</p></body></html>`, 'latin1')

  it.each([
    ['said by the server', page(''), 'text/html; charset=ISO-8859-1'],
    ['declared by the page', page('<meta charset="iso-8859-1">'), 'text/html'],
    [
      'declared the older way',
      page('<meta http-equiv="Content-Type" content="text/html; charset=latin1">'),
      'text/html',
    ],
    ['that nobody knows', page('<meta charset="nonsense">'), 'text/html'],
    [
      'said by a byte order mark',
      Buffer.from('\uFEFF<p>Déjà vu à Orléans</p>'),
      'text/html; charset=iso-8859-1',
    ],
  ])('%s is heeded', async (_how, html, fileType) => {
    expect((await read(html, fileType)).blocks[0]?.text).toBe('Déjà vu à Orléans')
  })
})

it('says of a page without text, and of one nested too deeply, why it cannot be read', async () => {
  await expect(read('<html><body><img src="a.png"></body></html>')).rejects.toThrow('The file holds no text.')
  const deep = (levels: number) => `${'<div>'.repeat(levels)}text`
  await expect(read(deep(100_000))).rejects.toThrow('nested too deeply')
  expect((await read(deep(1000))).blocks).toMatchObject([{ text: 'text' }])
})
