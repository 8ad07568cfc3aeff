import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '#src/contract/operations.js'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { chromiumPath, launchChromium } from './chromium.js'

const REFUSED = /the server responded with a status of 4\d\d/

describe.skipIf(!chromiumPath)('the reference at /docs', () => {
  let browser: Browser
  let appliance: Appliance
  const wrong: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
    appliance = await startAppliance()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    expect(wrong.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await appliance.stop()
  })

  /** A fresh browser profile at the reference; requests to elsewhere, broken rules and errors are noted. */
  async function open(path = '', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-GB', ...options })).newPage()
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== appliance.origin) wrong.push(`asked ${request.url()}`)
    })
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
    page.on('console', (said) => {
      // @NOTE Chromium writes down refusals, which the reference shows on purpose.
      if (['error', 'warning'].includes(said.type()) && !REFUSED.test(said.text())) wrong.push(said.text())
    })
    await page.goto(`${appliance.origin}/docs${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    return page
  }

  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()
  const outcome = (page: Page) => page.getByTestId('outcome')
  const code = (page: Page) => page.getByRole('tabpanel').locator('code').innerText()

  async function showKeys(page: Page): Promise<void> {
    await page.getByLabel('Client id').fill(CREDENTIALS.clientId)
    await page.getByLabel('Client secret').fill(CREDENTIALS.clientSecret)
  }

  async function sendIt(page: Page): Promise<string> {
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.locator('[data-testid=outcome][data-state=done]').waitFor()
    return outcome(page).innerText()
  }

  it.each([
    ['en', 'Contents'],
    ['fr', 'Sommaire'],
  ])('lists every endpoint in %s', async (lang, contents) => {
    const page = await open(`/?lang=${lang}`)
    expect(await page.locator('html').getAttribute('lang')).toBe(lang)
    const links = await page.getByRole('navigation', { name: contents }).getByRole('link').all()
    const shown = await Promise.all(links.map((link) => link.getAttribute('href')))
    const summaries = await page.getByRole('navigation', { name: contents }).innerText()
    for (const { id, summary } of OPERATIONS) {
      expect(shown).toContain(`#${id}`)
      expect(summaries).toContain(lang === 'fr' ? summary.fr : summary.en)
    }
  })

  it('follows the browser’s language, and keeps the chosen one in the address', async () => {
    const page = await open('', { locale: 'fr-CA' })
    expect(await heading(page)).toBe('Référence de l’API')

    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'API reference' }).waitFor()
    expect(new URL(page.url()).searchParams.get('lang')).toBe('en')

    await page.reload()
    await page.getByRole('heading', { name: 'API reference' }).waitFor()
    await page.getByRole('link', { name: 'Create an assistant' }).waitFor()
  })

  it('opens what the address names, and follows the browser’s history', async () => {
    const page = await open('/#createSession')
    expect(await heading(page)).toBe('Open a session')
    expect(await page.title()).toBe('Open a session · Guichet')

    await page.getByRole('link', { name: 'Send a message' }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Send a message' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Open a session' }).waitFor()

    await page.goto(`${appliance.origin}/docs/#noSuchThing`)
    await page.getByText('no endpoint named “noSuchThing”').waitFor()
  })

  it('is driven by the keyboard: slash, words, arrows, Enter', async () => {
    const page = await open()
    await page.keyboard.press('/')
    await page.keyboard.type('assistants create')
    await page.getByRole('status').getByText('1 endpoint').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Create an assistant' }).waitFor()

    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await page.keyboard.type('session')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const second = await page.locator(':focus').getAttribute('href')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/docs/${second ?? ''}`)
    expect(second).toMatch(/^#\w+Session/)

    await page.getByRole('tab', { name: 'curl' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await code(page)).toContain('await fetch(')
  })

  it('tells of fields with their bounds, and of those within them', async () => {
    const page = await open('/#sendSessionMessage')
    const body = page.locator('section', { has: page.getByRole('heading', { name: 'Body', exact: true }) })
    const content = body.locator('li.field', { hasText: 'content' }).first()
    expect(await content.innerText()).toMatch(/string.*required.*At most 8000 characters/s)

    await body.getByRole('button', { name: 'Show the 4 fields of page_context' }).click()
    await body.getByText('pathname').waitFor()

    const frames = page.locator('.variants__name')
    expect(await frames.allInnerTexts()).toEqual(
      ['queue', 'sources', 'token', 'done', 'error'].map((type) => expect.stringContaining(type) as string),
    )
  })

  it('hides secrets in the examples until it is asked to show them', async () => {
    const page = await open('/#createAssistant')
    await showKeys(page)
    expect(await code(page)).toContain(`X-API-Key: ${CREDENTIALS.clientId}`)
    expect(await code(page)).not.toContain(CREDENTIALS.clientSecret)

    await page.getByLabel('Show the secret and the token in the examples').check()
    expect(await code(page)).toContain(CREDENTIALS.clientSecret)

    await page.getByLabel('Body').fill('{"name": "It\'s typed"}')
    expect(await code(page)).toContain(`'{"name": "It'\\''s typed"}'`)
    await page.getByRole('tab', { name: 'JavaScript' }).click()
    expect(await code(page)).toContain(`name: 'It\\'s typed'`)

    await page.reload()
    expect(await page.getByLabel('Client secret').inputValue()).toBe('')
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0)
  })

  it('creates an assistant, opens a session and streams a reply', async () => {
    const page = await open('/#createAssistant')
    await showKeys(page)
    expect(await sendIt(page)).toContain('201 Created')
    const { data } = JSON.parse(await outcome(page).locator('pre code').innerText()) as {
      data: { id: string }
    }

    await page.goto(`${appliance.origin}/docs/#createSession`)
    await page.getByRole('heading', { level: 1, name: 'Open a session' }).waitFor()
    await page.getByLabel('Body').fill(JSON.stringify({ assistant_id: data.id }))
    expect(await sendIt(page)).toContain('201 Created')
    const session = JSON.parse(await outcome(page).locator('pre code').innerText()) as {
      data: { id: string }
    }

    await page.goto(`${appliance.origin}/docs/#sendSessionMessage`)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('alert').getByText('Fill in first: id.').waitFor()
    await page.locator('form').getByPlaceholder('UUID').fill(session.data.id)
    await page.getByLabel('Body').fill(JSON.stringify({ content: 'How do I reset the printer?' }))
    expect(await code(page)).toContain(`/api/v1/sessions/${session.data.id}/messages`)
    expect(await sendIt(page)).toContain('200 OK')
    const frames = await outcome(page).locator('ol code').allInnerTexts()
    const types = frames.map((frame) => (JSON.parse(frame) as { type: string }).type)
    expect(types).toContain('token')
    expect(types.at(-1)).toBe('done')
  })

  it('gets a widget token, and shows what the appliance refuses it', async () => {
    const page = await open('/#createAssistant')
    await page.getByLabel('Widget token').check()
    await page.getByLabel('Client id').fill(CREDENTIALS.clientId)
    await page.getByRole('button', { name: 'Get a token with this client id' }).click()
    await expect.poll(() => page.locator('input[type=password]').inputValue()).toMatch(/^eyJ/)
    await page.getByText('This endpoint refuses widget tokens').waitFor()
    const refusal = await sendIt(page)
    expect(refusal).toContain('403')
    expect(refusal).toContain('"code": "forbidden"')

    await page.getByLabel('Body').fill('{')
    await page.getByText('This is no valid JSON yet.').waitFor()
  })

  it('fits a phone: nothing sticks out, and the contents open above the text', async () => {
    const page = await open('/?lang=fr#createSession', { viewport: { width: 360, height: 740 } })
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Sommaire' }).click()
    await page.getByRole('link', { name: 'Lister les assistants' }).click()
    await page.getByRole('heading', { level: 1, name: 'Lister les assistants' }).waitFor()
    expect(await page.getByRole('navigation', { name: 'Sommaire' }).isVisible()).toBe(false)
  })
})
