import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { data } from '../helpers/http.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { askOnce, createAssistant, followed, idOf, teach, upload } from '../helpers/real-desk.js'
import { CANTEEN_TXT, DRILL, KETTLE_MD, SAFETY_PDF } from '../helpers/real-documents.js'

const HOURS = { question: 'What are your opening hours?', answer: 'We are open Monday to Friday, 9 to 6.' }

let appliance: RealAppliance
let assistant: string
let kettle: Awaited<ReturnType<typeof teach>>
let canteen: Awaited<ReturnType<typeof teach>>
let safety: Awaited<ReturnType<typeof teach>>

beforeAll(async () => {
  appliance = await RealAppliance.start()
  assistant = await createAssistant(appliance, { name: 'Support', language: 'en' })
  kettle = await teach(appliance, 'kettle.md', KETTLE_MD, { title: 'Kettle K3' })
  canteen = await teach(appliance, 'cantine.txt', CANTEEN_TXT)
  safety = await teach(appliance, 'safety.pdf', SAFETY_PDF, { title: 'Safety at the depot' })
  idOf(await appliance.call('POST', '/knowledge/qa/', { body: HOURS }), 201)
})

afterAll(() => appliance.stop())

/** Titles that a search finds, through an assistant or without one. */
async function found(query: string, assistantId?: string): Promise<string[]> {
  const body = { query, limit: 50, ...(assistantId !== undefined && { assistant_id: assistantId }) }
  const { hits } = data(await appliance.call('POST', '/knowledge/search', { body }))
  return (hits as { title: string }[]).map(({ title }) => title)
}

async function listed(query: string): Promise<unknown> {
  const { sources, total } = data(await appliance.call('GET', `/knowledge/${query}`))
  const titles = (sources as { title: string }[]).map(({ title }) => title)
  return { titles, total }
}

describe('uploads', () => {
  it('passes through its stages and tells what it holds', () => {
    // A short file may be ready before it is looked at for the first time.
    expect(['extract', 'chunk', 'embed', 'index']).toEqual(expect.arrayContaining(kettle.stages))
    expect(kettle.source).toMatchObject({ language: 'en', pages: null, media_type: 'text/markdown' })
    expect(safety.source).toMatchObject({ pages: 2, media_type: 'application/pdf' })
    expect(canteen.source).toMatchObject({ title: 'cantine.txt', language: 'fr' })
  })

  it('stores the same bytes under the same title once', async () => {
    const again = await upload(appliance, 'again.md', KETTLE_MD, { title: 'Kettle K3' })
    expect(idOf(again, 200)).toBe(kettle.source.id)
  })

  it('lists and filters', async () => {
    expect(await listed('?type=qa')).toEqual({ titles: [HOURS.question], total: 1 })
    expect(await listed('?q=KETTLE&status=ready')).toEqual({ titles: ['Kettle K3'], total: 1 })
    expect(await listed('?type=file&limit=1')).toMatchObject({ titles: ['Safety at the depot'] })
    expect(await listed('?status=failed')).toEqual({ titles: [], total: 0 })
  })
})

describe('replies', () => {
  it('gives a stored answer word for word', async () => {
    const reply = await askOnce(appliance, assistant, 'what are your opening hours')

    expect(reply.content).toBe(HOURS.answer)
    expect(reply.metadata).toMatchObject({ answer_mode: 'verbatim', assistant_unsure: false, model: null })
    expect(reply.sources).toMatchObject([{ type: 'knowledge_qa', title: HOURS.question }])
  })

  it('quotes Markdown letter by letter', async () => {
    const reply = await askOnce(appliance, assistant, 'How often should I descale the kettle?')

    expect(reply.metadata).toMatchObject({ answer_mode: 'quote', citation_validation_passed: true })
    expect(reply.content).toContain('Descale the kettle every six weeks')
    const source = reply.sources[0]!
    expect(source).toMatchObject({
      type: 'knowledge_base',
      title: 'Kettle K3',
      reference_id: kettle.source.id,
      page: null,
      section: expect.stringContaining('Care') as string,
    })
    expect(KETTLE_MD).toContain(source.quote)
    expect(reply.content).toContain(source.quote)
    expect(source.end_offset - source.start_offset).toBe(source.quote.length)
  })

  it('quotes a PDF with its page', async () => {
    const reply = await askOnce(appliance, assistant, 'Where does everyone meet during the fire drill?')

    const source = reply.sources.find(({ quote }) => quote.includes('bicycle shed'))
    expect(source).toMatchObject({ title: 'Safety at the depot', page: 2 })
    expect(DRILL.join(' ')).toContain(source?.quote.replaceAll('\n', ' '))
  })

  it('quotes a French text with offsets into it', async () => {
    const reply = await askOnce(appliance, assistant, 'À quelle heure ferme la cantine ?')

    expect(reply.metadata).toMatchObject({ answer_mode: 'quote', language: 'fr' })
    const { quote, start_offset: start, end_offset: end } = reply.sources[0]!
    expect(quote).toContain('ferme à quatorze heures')
    expect(CANTEEN_TXT.slice(start, end)).toBe(quote)
  })

  it.each([
    ['Who won the football world cup in 1998?', /^I don’t know/],
    ['Quelle est la population de la Nouvelle-Zélande ?', /^Je ne sais pas/],
  ])('declines "%s" in its language', async (question, words) => {
    const reply = await askOnce(appliance, assistant, question)

    expect(reply.content).toMatch(words)
    expect(reply.metadata).toMatchObject({ answer_mode: 'declined', assistant_unsure: true })
    expect(reply.sources).toEqual([])
  })

  it('forgets a deleted document at once', async () => {
    const question = 'Which lamp blinks when the drawbridge opens?'
    const text = 'The amber lamp blinks while the drawbridge opens. It goes out once the bridge is up.\n'
    const { source } = await teach(appliance, 'bridge.txt', text)
    expect((await askOnce(appliance, assistant, question)).content).toContain('amber lamp')

    expect((await appliance.call('DELETE', `/knowledge/${source.id}`)).status).toBe(200)

    expect((await askOnce(appliance, assistant, question)).metadata.answer_mode).toBe('declined')
    expect(await found('drawbridge lamp', assistant)).not.toContain('bridge.txt')
    expect((await appliance.call('GET', `/knowledge/files/${source.id}`)).status).toBe(404)
  })
})

describe('the newcomer’s documents', () => {
  const QUESTION = 'How do I follow the processing of a document?'

  it('are known to the first assistant and to nobody else', async () => {
    const { sources } = data(await appliance.call('GET', '/knowledge/?type=file&limit=200'))
    const guides = (sources as { id: string; title: string; source: string }[]).filter(
      ({ source }) => source === 'guichet',
    )
    expect(guides.length).toBeGreaterThan(10)
    for (const { id } of guides) await followed(appliance, id)
    const titles = guides.map(({ title }) => title)

    const { assistants } = data(await appliance.call('GET', '/assistants/'))
    const first = (assistants as { id: string; name: string }[]).find(({ name }) => name === 'Guichet')!
    const reply = await askOnce(appliance, first.id, QUESTION)
    expect(reply.metadata.answer_mode).toBe('quote')
    expect(titles).toContain(reply.sources[0]?.title)
    expect(await found(QUESTION, first.id)).toEqual(expect.arrayContaining([expect.toBeOneOf(titles)]))

    for (const others of [await found(QUESTION, assistant), await found(QUESTION)])
      expect(others.filter((title) => titles.includes(title))).toEqual([])
    const other = await askOnce(appliance, assistant, QUESTION)
    expect(other.sources.filter(({ title }) => titles.includes(title))).toEqual([])
  })
})
