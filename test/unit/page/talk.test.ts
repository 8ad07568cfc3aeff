import { describe, expect, it } from 'vitest'
import { chooseLanguage } from '../../../src/page/choose-language.js'
import { readReplyEvent } from '../../../src/page/reply-event.js'
import { advance, closeTurn, newTurn, turnsOf } from '../../../src/page/turn.js'
import { readDocument, readMessage, readPageConfig } from '../../../src/page/wire.js'

describe('what the server says', () => {
  it('is read narrowly: a wrong type becomes the empty value', () => {
    expect(readPageConfig({ operator: 'true', assistant: { id: 7 } })).toMatchObject({
      operator: false,
      assistant: null,
    })
    expect(readMessage({ content: 3, metadata: { answer_mode: 'other' }, sources: 'none' })).toMatchObject({
      content: '',
      mode: null,
      citations: [],
    })
  })

  it('counts a document’s progress before its totals', () => {
    const document = readDocument({ pages: null, passages: 0, progress: { pages: 12, pages_done: 5 } })
    expect(document).toMatchObject({ pages: 12, pagesDone: 5, passages: 0 })
  })
})

describe('a reply’s stream', () => {
  it('passes over frames of a newer server and broken ones', () => {
    expect(readReplyEvent({ type: 'mood' })).toBeNull()
    expect(readReplyEvent('no frame')).toBeNull()
  })
})

describe('a turn', () => {
  it('grows by its tokens, and is interrupted when the stream ends without done', () => {
    const writing = advance(advance(newTurn('q'), { type: 'token', text: 'a' }), { type: 'token', text: 'b' })
    expect(writing).toMatchObject({ phase: 'writing', text: 'ab' })
    expect(closeTurn(writing)).toMatchObject({ phase: 'interrupted', text: 'ab' })
  })

  it('is restored from its two messages; an unanswered question shows as interrupted', () => {
    const user = readMessage({ id: '1', sender: 'user', content: 'q' })
    const assistant = readMessage({ id: '2', sender: 'assistant', content: 'a' })
    expect(turnsOf([user, assistant, user])).toMatchObject([
      { question: 'q', phase: 'done', text: 'a' },
      { question: 'q', phase: 'interrupted' },
    ])
  })
})

describe('chooseLanguage', () => {
  it('takes the first wanted language that the page speaks', () => {
    expect(chooseLanguage(['de-DE', 'fr-CA', 'en'])).toBe('fr')
    expect(chooseLanguage(['de'])).toBe('en')
  })
})
