import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, formatModel } from '../../../src/page/format.js'
import { surround } from '../../../src/page/quotation.js'
import { readMarkdown, readPlain, webAddress } from '../../../src/page/rich-text.js'

describe('numbers', () => {
  it('are written as the language writes them', () => {
    expect(formatDuration(86.4, 'en')).toBe('86\u00a0ms')
    expect(formatDuration(1240, 'en')).toBe('1.2\u00a0s')
    expect(formatDuration(1240, 'fr')).toBe('1,2\u00a0s')
    expect(formatBytes(100 * 1024 * 1024, 'en')).toBe('100\u00a0MB')
    expect(formatBytes(1.5 * 1024 * 1024, 'fr')).toBe('1,5\u202fMo')
  })

  it('leave a model its name only', () => {
    expect(formatModel('/srv/models/tiny.Q4.gguf')).toBe('tiny.Q4')
  })
})

describe('surround', () => {
  it('finds the quote whatever the line breaks, and cuts to whole words', () => {
    const passage = `${'early '.repeat(60)}The lamp\nblinks twice. ${'later '.repeat(60)}`
    const { before, quote, after } = surround(passage, 'The lamp blinks twice.')
    expect(quote).toBe('The lamp blinks twice.')
    expect(before).toMatch(/^… (early ?)+$/)
    expect(after).toMatch(/^( ?later)+ …$/)
  })

  it('shows the quote alone when its passage does not hold it', () => {
    expect(surround('Something else.', 'The lamp.')).toEqual({ before: '', quote: 'The lamp.', after: '' })
  })
})

describe('text', () => {
  it('keeps its line breaks and links web addresses without the sentence’s full stop', () => {
    expect(readPlain('a\nsee https://x.test/a.')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'break' },
      { kind: 'text', text: 'see ' },
      { kind: 'link', href: 'https://x.test/a', children: [{ kind: 'text', text: 'https://x.test/a' }] },
      { kind: 'text', text: '.' },
    ])
  })

  it('is never HTML, and no address but the web’s is a link', () => {
    const pieces = JSON.stringify(
      readMarkdown('<b>x</b> 1 < 2 & 3 [y](javascript:z) ![i](http://o.test/p.png)'),
    )
    expect(pieces).toContain('<b>')
    expect(pieces).toContain('1 < 2 & 3')
    expect(pieces).not.toContain('"kind":"link"')
    expect(webAddress('data:text/html,x')).toBeNull()
    expect(webAddress('//outside.test')).toBeNull()
  })

  it('puts no link inside a link', () => {
    const paragraph = readMarkdown('https://x.test/keys')
    expect(JSON.stringify(paragraph).match(/"link"/g)).toHaveLength(1)
  })
})
