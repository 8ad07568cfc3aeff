import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { RealAppliance } from '../helpers/real-appliance.js'
import { CANTEEN_TXT, DRILL, KETTLE_MD, longManual, SAFETY_PDF } from '../helpers/real-documents.js'
import { chromiumPath, launchChromium } from './chromium.js'

const READY = { timeout: 60_000 }
/** Long enough to be seen while it is learned. */
const LONG = ['juicer', 'mixer', 'grinder'].map(longManual).join('\n\n')

describe.skipIf(!chromiumPath)('the page of a real appliance', () => {
  let browser: Browser
  let appliance: RealAppliance
  let desk: BrowserContext
  const wrong: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
    appliance = await RealAppliance.start()
    desk = await visitor()
  })
  afterEach(() => {
    expect(wrong).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await appliance.stop()
  })

  /** A browser profile of its own; requests to elsewhere, broken rules and errors are noted. */
  async function visitor(options: BrowserContextOptions = { locale: 'en-GB' }): Promise<BrowserContext> {
    const context = await browser.newContext(options)
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== appliance.origin) wrong.push(`asked ${request.url()}`)
    })
    context.on('response', (response) => {
      if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`)
    })
    context.on('weberror', (error) => wrong.push(`error: ${error.error().message}`))
    context.on('console', (said) => {
      if (said.type() === 'error' || said.type() === 'warning') wrong.push(`${said.type()}: ${said.text()}`)
    })
    return context
  }

  async function open(context: BrowserContext, address = appliance.origin): Promise<Page> {
    const page = await context.newPage()
    await page.goto(address)
    return page
  }

  async function ask(page: Page, question: string): Promise<void> {
    const replies = page.getByTestId('mode')
    const before = await replies.count()
    await page.getByRole('textbox').fill(question)
    await page.getByRole('textbox').press('Enter')
    await replies.nth(before).waitFor()
  }

  const row = (page: Page, title: string) =>
    page.getByTestId('documents').locator('li.document').filter({ hasText: title })

  it('makes the operator’s browser by its link, once', async () => {
    const page = await open(desk, appliance.operatorLink)
    await page.getByRole('heading', { name: 'Documents', exact: true }).waitFor()
    expect(new URL(page.url()).search).toBe('')
    const [cookie] = await desk.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })

    const late = await open(await visitor(), appliance.operatorLink)
    await late.getByText('This operator link has been used already, or has expired.').waitFor()
    expect(await late.locator('input[type=file]').count()).toBe(0)
  })

  it('takes files, shows their stages, and quotes them with title and page', async () => {
    const page = await open(desk)
    const files = [
      { name: 'juicer.md', mimeType: 'text/markdown', buffer: Buffer.from(LONG) },
      { name: 'kettle.md', mimeType: 'text/markdown', buffer: Buffer.from(KETTLE_MD) },
      { name: 'safety.pdf', mimeType: 'application/pdf', buffer: SAFETY_PDF },
      { name: 'cantine.txt', mimeType: 'text/plain', buffer: Buffer.from(CANTEEN_TXT) },
    ]
    await page.locator('input[type=file]').setInputFiles(files)

    await row(page, 'juicer').getByText('Learning').waitFor(READY)
    for (const { name } of files) await row(page, name).getByText('Ready').waitFor(READY)
    expect(await row(page, 'safety.pdf').innerText()).toContain('2 pages')

    await ask(page, 'How often should I descale the kettle?')
    const first = page.getByTestId('sources').last()
    expect(await page.getByTestId('mode').last().innerText()).toBe('Quoted')
    expect(await first.innerText()).toContain('kettle.md')
    expect(KETTLE_MD).toContain(await first.locator('mark').first().innerText())

    await ask(page, 'Where does everyone meet during the fire drill?')
    const second = page.getByTestId('sources').last()
    expect(await second.innerText()).toContain('safety.pdf')
    expect(await second.innerText()).toContain('Page 2')
    const quoted = (await second.locator('mark').allInnerTexts()).join(' ').replaceAll('\n', ' ')
    expect(DRILL.join(' ')).toContain(quoted)
    expect(await page.getByTestId('reply').last().innerText()).toContain('bicycle shed')
  })

  it('keeps the chosen answer mode', async () => {
    const page = await open(desk)
    const kept = page.waitForResponse((response) => response.request().method() === 'PATCH')
    await page.getByRole('radio', { name: 'Quote' }).check()
    expect((await kept).status()).toBe(200)

    await page.reload()

    await page.getByRole('radio', { name: 'Quote' }).waitFor()
    expect(await page.getByRole('radio', { name: 'Quote' }).isChecked()).toBe(true)
  })

  it('lets everybody else ask, and nothing more', async () => {
    const page = await open(await visitor())
    await ask(page, 'How long does the guarantee of the kettle last?')

    expect(await page.getByTestId('reply').innerText()).toContain('three years')
    expect(await page.locator('input[type=file]').count()).toBe(0)
    expect(await page.getByRole('radio').count()).toBe(0)
    expect(await page.getByTestId('documents').count()).toBe(0)
  })

  it('speaks French, declines in French, and quotes French', async () => {
    const page = await open(await visitor({ locale: 'fr-FR' }))
    await page.getByText('Interrogez vos documents.').waitFor()
    await ask(page, 'À quelle heure ferme la cantine ?')
    expect(await page.getByTestId('mode').last().innerText()).toBe('Citation')
    expect(await page.getByTestId('reply').last().innerText()).toContain('ferme à quatorze heures')

    await ask(page, 'Quelle est la population de la Nouvelle-Zélande ?')
    expect(await page.getByTestId('mode').last().innerText()).toBe('Pas de réponse')
    expect(await page.getByTestId('reply').last().innerText()).toMatch(/^Je ne sais pas/)

    await page.getByRole('button', { name: 'English' }).click()
    await page.getByText('No answer found', { exact: true }).waitFor()
  })
})
