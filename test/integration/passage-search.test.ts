import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPair } from '#src/ingest/read-pair.js'
import { embedHeadings } from '#src/retrieval/embed-headings.js'
import type { Embedder } from '#src/retrieval/embedder.js'
import { indexText } from '#src/retrieval/index-text.js'
import { PassageSearch } from '#src/retrieval/search.js'
import { openDatabase, type Database } from '#src/store/database.js'
import { passageIndex } from '#src/store/passage-index.js'
import { passageStore, type NewPassage } from '#src/store/passages.js'
import { sourceStore, type NewSource } from '#src/store/sources.js'

const RETURNS =
  'You can send an item back within thirty days of delivery. Pack it well, print the label from your account and hand ' +
  'the parcel in at any post office. We refund the price as soon as it has arrived and was looked at. What was opened, ' +
  'worn or washed is refunded in part only, and what was made to measure is not taken back at all by our warehouse.'

/** Texts are near each other when they share letters. */
const letters: Embedder = {
  id: 'letters',
  dimension: 26,
  maxTokens: 256,
  reads: () => true,
  embed: (texts) => Promise.resolve(texts.map(countLetters)),
  countTokens: (text) => text.split(' ').length,
  dispose: () => Promise.resolve(),
}

function countLetters(text: string): Float32Array {
  const vector = new Float32Array(26)
  for (const letter of text.toLowerCase().match(/[a-z]/gu) ?? []) {
    const at = letter.charCodeAt(0) - 97
    vector[at] = (vector[at] ?? 0) + 1
  }
  const length = Math.hypot(...vector) || 1
  return vector.map((count) => count / length)
}

describe('the search', () => {
  let folder: string
  let database: Database

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'passage-search-'))
    database = await openDatabase(join(folder, 'appliance.db'))
    passageIndex(database.connection).ensureVectorTable(letters.dimension, letters.id)
    for (const org of ['acme', 'globex'])
      database.connection.prepare(`insert into organization values (?, ?, null, '')`).run(org, org)
  })

  afterEach(async () => {
    await database.close()
    rmSync(folder, { recursive: true })
  })

  async function add(given: NewSource, passages: Pick<NewPassage, 'kind' | 'text' | 'section'>[]) {
    const source = await sourceStore(database.db).create(given)
    const whole = passages.map((passage, ordinal) => {
      const place = { ordinal, page: null, startOffset: 0, endOffset: passage.text.length, language: 'en' }
      return { ...passage, ...place }
    })
    const owner = { id: source.id, orgId: given.orgId, everyone: true }
    const nums = await passageStore(database.db).stage(owner, whole)
    for (const [at, num] of nums.entries()) {
      const passage = whole[at]
      if (passage === undefined) throw new Error('not staged')
      const { title, body, embedded, heading } = indexText({ ...passage, title: source.title }, 'en')
      const [vector = new Float32Array(26)] = await letters.embed([embedded], 'passage')
      const headings = await embedHeadings(letters, [heading])
      passageIndex(database.connection).insert({
        ...{ num, orgId: given.orgId, title, body, vector },
        heading: headings.get(heading),
      })
    }
    await passageStore(database.db).setLive(source.id)
    await sourceStore(database.db).setStatus(source.id, 'ready')
    return source.id
  }

  const addText = (title: string, text: string, orgId = 'acme', section: string | null = null) =>
    add({ orgId, type: 'file', title }, [{ kind: 'body', text, section }])

  async function titles(question: string, limit = 5): Promise<string[]> {
    const search = new PassageSearch(database.connection, letters)
    const hits = search.find({ orgId: 'acme' }, await search.prepare({ orgId: 'acme' }, question), limit)
    return hits.map(({ title }) => title)
  }

  it('shows a text that several sources hold once, as the newest has it', async () => {
    await addText('Returns 1', RETURNS)
    await addText('Returns 2', RETURNS.replaceAll(' ', '\n'))
    await addText('Repairs', 'Our workshop looks at every parcel and repairs what it can.')
    await addText('Returns 3', RETURNS.replace('hand the parcel', 'bring the parcel'))
    await addText("Somebody else's", RETURNS, 'globex')

    expect(await titles('send back a parcel')).toEqual(['Returns 3', 'Repairs'])
    expect(await titles('send back a parcel', 1)).toEqual(['Returns 3'])
  })

  it('shows both of two texts that differ in a number', async () => {
    await addText('Old', `${RETURNS} Sending back costs 5 euros.`)
    await addText('New', `${RETURNS} Sending back costs 7 euros.`)
    expect((await titles('what does sending back cost')).toSorted()).toEqual(['New', 'Old'])
  })

  it('understands a misspelt word', async () => {
    await addText('Warranty', 'The warranty lasts two years.')
    await addText('Weather', 'It rains.')
    const search = new PassageSearch(database.connection, letters)
    const query = await search.prepare({ orgId: 'acme' }, 'warrantty')
    const [first] = search.find({ orgId: 'acme' }, query, 1, 'lexical')
    expect(first?.title).toBe('Warranty')
  })

  it('finds a pair by its question and by its answer, and shows the answer once', async () => {
    const pair = { question: 'Do you repair watches?', answer: 'Yes, at our workshop in Lyon.' }
    const passages = readPair(pair).passages.map(({ kind, text }) => ({ kind, text, section: null }))
    await add({ orgId: 'acme', type: 'qa', title: pair.question, ...pair }, passages)
    await addText('Shoes', 'We sell shoes.')
    for (const question of ['who repairs watches', 'workshop in Lyon'])
      expect((await titles(question)).filter((title) => title === pair.question)).toHaveLength(1)
    expect((await titles('who repairs watches'))[0]).toBe(pair.question)
    expect((await titles('workshop in Lyon'))[0]).toBe(pair.question)
  })

  it('follows the heading above a passage', async () => {
    await addText('Manual', 'Press it for ten seconds.', 'acme', 'Manual › zigzag buzz quiz')
    await addText('Manual', 'Press it for six seconds.', 'acme', 'Manual › onion noodle moon')
    const search = new PassageSearch(database.connection, letters)
    const query = await search.prepare({ orgId: 'acme' }, 'noon lemon mood')
    const [first] = search.find({ orgId: 'acme' }, query, 2)
    expect(first?.section).toContain('onion')
  })
})
