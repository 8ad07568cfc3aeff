import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAppliance, type PageAppliance } from './appliance.js'
import { chromiumPath, launchChromium } from './chromium.js'

const RESET = 'How do I reset the printer?'

describe.skipIf(!chromiumPath)('the page', () => {
  let browser: Browser
  let appliance: PageAppliance
  const outside: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    outside.length = 0
    appliance = await startAppliance()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await appliance.close()
    expect(outside).toEqual([])
  })

  /** A fresh browser profile at the page; whatever it asks of another origin fails the test. */
  async function open(path = '/', options: BrowserContextOptions = { locale: 'en-GB' }): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage()
    page.on('request', (request) => {
      if (!request.url().startsWith(appliance.origin)) outside.push(request.url())
    })
    page.on('pageerror', (error) => outside.push(`error: ${error.message}`))
    page.on('console', (said) => {
      if (said.text().includes('Content Security Policy')) outside.push(said.text())
    })
    await page.goto(new URL(path, appliance.origin).href)
    return page
  }
  const openDesk = () => open(new URL(appliance.operatorLink).pathname)

  async function ask(page: Page, question: string): Promise<void> {
    await page.getByRole('textbox').fill(question)
    await page.getByRole('textbox').press('Enter')
  }

  it('shows the reply with its mode, quote, title, page and timings', async () => {
    const page = await open()
    await ask(page, RESET)

    await page.getByText('Quoted', { exact: true }).waitFor()
    expect(await page.getByTestId('reply').innerText()).toContain('hold the green button')
    const source = page.getByTestId('sources').locator('li').first()
    expect(await source.locator('mark').innerText()).toContain('hold the green button')
    expect(await source.innerText()).toContain('printer-manual.pdf')
    expect(await source.innerText()).toContain('Page 7')
    expect(await page.getByTestId('details').innerText()).toMatch(/86\sms.*1\.2\ss/s)
    expect(await page.getByRole('textbox').inputValue()).toBe('')
  })

  it('keeps the conversation over a reload', async () => {
    const page = await open()
    await ask(page, RESET)
    await page.getByTestId('mode').waitFor()

    await page.reload()

    await page.getByText(RESET).waitFor()
    await page.getByTestId('mode').waitFor()
    expect(appliance.state.sessions).toBe(1)
  })

  it('writes a new line with Shift+Enter and sends nothing', async () => {
    const page = await open()
    const field = page.getByRole('textbox')
    await field.pressSequentially('one')
    await field.press('Shift+Enter')
    await field.pressSequentially('two')

    expect(await field.inputValue()).toBe('one\ntwo')
    expect(appliance.state.sessions).toBe(0)
  })

  it('shows a visitor neither uploads nor the switch', async () => {
    const page = await open()
    await page.getByRole('heading', { level: 1 }).waitFor()

    expect(await page.locator('input[type=file]').count()).toBe(0)
    expect(await page.getByRole('radio').count()).toBe(0)
  })

  it('lets the operator drop a file, watch its stages and ask it', async () => {
    const page = await openDesk()
    const file = { name: 'green-button.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') }
    await page.locator('input[type=file]').setInputFiles([file])

    const row = page.getByTestId('documents').locator('li.document')
    await row.getByText('Reading').waitFor()
    await row.getByText('Learning').waitFor()
    await row.getByText('Ready').waitFor()
    expect(await row.innerText()).toContain('12 pages')

    await row.getByRole('button', { name: 'Ask about green-button.pdf' }).click()
    await page.keyboard.type(RESET)
    await page.keyboard.press('Enter')
    await page.getByTestId('sources').getByText('green-button.pdf').waitFor()
  })

  it('says why a file was not taken or could not be read', async () => {
    const page = await openDesk()
    const mimeType = 'application/octet-stream'
    await page.locator('input[type=file]').setInputFiles([
      { name: 'huge.pdf', mimeType, buffer: Buffer.alloc(1024 * 1024 + 1) },
      { name: 'tool.exe', mimeType, buffer: Buffer.from('MZ') },
    ])

    await page.getByText('Too large: this server takes files of up to 1 MB.').waitFor()
    await page.getByText('This is not a PDF, Markdown or text file.').waitFor()
  })

  it('removes a document only after asking', async () => {
    const page = await openDesk()
    const file = { name: 'old.txt', mimeType: 'text/plain', buffer: Buffer.from('old') }
    await page.locator('input[type=file]').setInputFiles([file])
    await page.getByRole('button', { name: 'Remove old.txt' }).click()
    expect(appliance.state.documents.size).toBe(1)

    await page.getByRole('button', { name: 'Remove', exact: true }).click()

    await page.getByText('No documents yet.').waitFor()
    expect(appliance.state.documents.size).toBe(0)
  })

  it('lets the operator switch how replies are made', async () => {
    const page = await openDesk()
    await page.getByRole('radio', { name: 'Compose' }).check()

    await page.getByText('The model writes in its own words.').waitFor()
    await expect.poll(() => appliance.state.mode).toBe('compose')
  })

  it('speaks the browser’s language, changes it, and remembers', async () => {
    const page = await open('/', { locale: 'fr-CA' })
    await page.getByText('Interrogez vos documents.').waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByText('Ask your documents.').waitFor()

    await page.reload()

    await page.getByText('Ask your documents.').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })

  it('keeps hostile replies and titles text', async () => {
    const page = await open()
    await ask(page, 'attack')
    await page.getByTestId('mode').waitFor()

    expect(await page.getByTestId('reply').innerText()).toContain('<script>document.title=2</script>')
    expect(await page.getByTestId('sources').innerText()).toContain('<img src=x')
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
    expect(await page.title()).toBe('Support · Guichet')
  })

  it('shows stored Markdown as text with emphasis, lists and safe links', async () => {
    const page = await open()
    await ask(page, 'a stored one')
    await page.getByTestId('mode').waitFor()

    const reply = page.getByTestId('reply')
    expect(await reply.locator('strong').innerText()).toBe('Settings')
    expect(await reply.locator('li').count()).toBe(2)
    const link = reply.getByRole('link')
    expect(await link.getAttribute('href')).toBe('https://example.test/keys')
    expect(await link.getAttribute('rel')).toContain('noopener')
  })

  it('says that a reply was interrupted and asks again', async () => {
    const page = await open()
    await ask(page, 'please interrupt')

    await page
      .getByText('This reply was interrupted before it was complete.', { exact: true })
      .last()
      .waitFor()
    expect(await page.getByTestId('reply').innerText()).toContain('The')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('[data-phase=interrupted]').waitFor()
    expect(await page.locator('.turn').count()).toBe(1)
  })

  it('stops a reply and keeps what had come', async () => {
    const page = await open()
    await ask(page, 'slowly please')
    await page.getByTestId('reply').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()

    await page.locator('[data-phase=stopped]').waitFor()
    expect(await page.getByTestId('reply').innerText()).toContain('one')
    await page.getByRole('button', { name: 'Send' }).waitFor()
  })

  it('renews an expired token and begins anew after an expired session', async () => {
    const page = await open()
    await ask(page, RESET)
    await page.getByTestId('mode').waitFor()
    appliance.state.staleTokenNext = true
    appliance.state.expireNext = true
    await ask(page, 'And the president?')

    await page.getByText('No answer found', { exact: true }).waitFor()
    expect(appliance.state.tokens).toBe(2)
    expect(appliance.state.sessions).toBe(2)
    await page.getByText('The earlier conversation had expired.').waitFor()
  })
})
