import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { data, send } from '../helpers/http.js'
import { ask, createAssistant, createSession, idOf, stream, teach } from '../helpers/real-desk.js'
import { CANTEEN_TXT, KETTLE_MD, SAFETY_PDF } from '../helpers/real-documents.js'
import { SealedAppliance } from './sealed-appliance.js'
import { launchSealed, watchRequests, type Watch } from './sealed-browser.js'

const WAIT = { timeout: 120_000, interval: 200 }
/** However quick the machine, silence is observed for so long. */
const MINIMAL_LIFE_MS = 45_000
const DESCALE = 'How often should I descale the kettle?'
const PAIR = { question: 'When are you open?', answer: 'Monday to Friday, 9 to 6.' }
/** First argument of strace. */
const RECORDER = '-f'
const BEACON = 'http://192.0.2.1/beacon.png'

describe('a leak planted in the server', () => {
  let appliance: SealedAppliance | undefined
  afterEach(() => appliance?.room.close())

  /** The harness of the whole run, with a preload that leaks. */
  async function verdictWith(leak: string) {
    const script = new URL(`./leaks/${leak}.mjs`, import.meta.url).href
    appliance = await SealedAppliance.start({ NODE_OPTIONS: `--import=${script}` })
    return (await appliance.end()).verdict
  }

  it('is caught when it is a request', async () => {
    expect(await verdictWith('request')).toEqual({
      attempts: [
        expect.stringMatching(/^server: \d+<node> connect 192\.0\.2\.1:80 → ENETUNREACH$/),
        'kernel: 1 × IPv4 without a way out',
      ],
      blind: [],
    })
  })

  it('is caught when it asks for a name', async () => {
    const { attempts } = await verdictWith('name')
    expect(attempts).toContainEqual(expect.stringMatching(/ connect 192\.0\.2\.53:53 → /))
    expect(attempts.at(-1)).toMatch(/^kernel: \d+ × IPv4 without a way out$/)
  })

  it.each([
    ['a collector', 'collector', /^server: \d+<node> connect 127\.0\.0\.1:4318 → \w+$/],
    ['a counter by UDP', 'statistics', /^server: \d+<node> send\w+ 127\.0\.0\.1:8125 → \w+$/],
    ['an abstract Unix socket', 'abstract', /^server: \d+<node> connect @telemetry → ECONNREFUSED$/],
  ])('is caught when it tells %s on this machine, who could pass it on', async (_whom, leak, line) => {
    expect(await verdictWith(leak)).toEqual({ attempts: [expect.stringMatching(line)], blind: [] })
  })

  it('does not pass for silence when its recorder is ended before it', async () => {
    appliance = await SealedAppliance.start()
    expect(await appliance.room.signal(RECORDER, 'SIGKILL')).toBe(1)
    const { verdict } = await appliance.end()
    expect(verdict.blind).toContainEqual(
      expect.stringMatching(/^server: the recording does not reach the end/),
    )
  })

  it.skipIf(!existsSync('/proc/net/if_inet6')).each(['child', 'thread'])(
    'is caught when a %s of its sends one packet over IPv6',
    async (leak) => {
      expect(await verdictWith(leak)).toEqual({
        attempts: [
          expect.stringMatching(/^server: \d+<.+> send\w+ \[2001:4860:4860::8888\]:443 → ENETUNREACH$/),
          'kernel: 1 × IPv6 without a way out',
        ],
        blind: [],
      })
    },
  )
})

describe('an appliance in a sealed room', () => {
  let appliance: SealedAppliance
  let browser: Browser

  const cleanups: (() => Promise<void>)[] = []

  beforeAll(async () => {
    appliance = await SealedAppliance.start()
    cleanups.push(() => appliance.room.close())
    browser = await launchSealed(appliance.room.folder, appliance.ownOrigin)
    cleanups.push(() => browser.close())
  })
  afterAll(async () => {
    for (const clean of cleanups.reverse()) await clean()
  })

  async function visitor() {
    const context = await browser.newContext({ locale: 'en-GB' })
    const watch = watchRequests(context, appliance.ownOrigin)
    return { context, watch, page: await context.newPage() }
  }

  describe('whose page leaks', () => {
    const seen = (watch: Watch) => vi.waitFor(() => expect(watch.outside).not.toEqual([]), WAIT)

    it.each([`<img src="${BEACON}">`, `<script>new WebSocket('ws://192.0.2.1/')</script>`])(
      'is caught: %s',
      async (leak) => {
        const { context, watch, page } = await visitor()
        await context.route('**/planted', (route) => route.fulfill({ contentType: 'text/html', body: leak }))
        await page.goto(`${appliance.ownOrigin}/planted`)
        await seen(watch)
        expect(watch.outside.every((url) => url.startsWith('http://192.0.2.1/'))).toBe(true)
      },
    )

    it('is stopped by its own rules, and caught all the same', async () => {
      const { watch, page } = await visitor()
      await page.goto(appliance.ownOrigin)
      await page.evaluate(`document.body.innerHTML = '<img src="${BEACON}">'`)
      await seen(watch)
      expect(watch.outside).toContainEqual(expect.stringMatching(/^stopped: .*192\.0\.2\.1/))
    })
  })

  it('answers over the API', async () => {
    const assistant = await createAssistant(appliance, { name: 'Support', language: 'en' })
    await teach(appliance, 'safety.pdf', SAFETY_PDF)
    const { source } = await teach(appliance, 'kettle.md', KETTLE_MD)
    idOf(await appliance.call('POST', '/knowledge/qa/', { body: PAIR }), 201)
    const session = await createSession(appliance, assistant)

    expect((await ask(appliance, session, PAIR.question)).content).toBe(PAIR.answer)
    expect((await ask(appliance, session, 'Where is the fire drill?')).metadata.answer_mode).toBe('quote')
    const frames = await (await stream(appliance, session, DESCALE)).rest()
    expect(frames.at(-1)).toHaveProperty('type', 'done')
    const search = await appliance.call('POST', '/knowledge/search', { body: { query: 'guarantee' } })
    expect(data(search)['hits']).not.toEqual([])
    for (const path of ['/livez', '/readyz', '/api/v1/health'])
      expect((await send(`${appliance.origin}${path}`)).status).toBe(200)
    expect((await appliance.call('DELETE', `/knowledge/${source.id}`)).status).toBe(200)
  })

  it('lets the model write', async () => {
    const assistant = await createAssistant(appliance, { name: 'Writer', answer_mode: 'compose' })
    await teach(appliance, 'kettle-again.md', KETTLE_MD)
    const chat = async () => data(await appliance.call('GET', '/health'))['chat']
    await vi.waitFor(async () => expect(await chat()).toMatchObject({ state: 'ready' }), WAIT)

    const session = await createSession(appliance, assistant)
    const reply = await appliance.call('POST', `/sessions/${session}/messages`, {
      body: { content: DESCALE },
    })
    const { metadata } = data(reply)['assistant_message'] as { metadata: Record<string, unknown> }
    // What it wrote is said only where the document bears it out; either way, it has written.
    if (metadata['answer_mode'] === 'compose') expect(metadata['model']).toEqual(expect.any(String))
    else expect(metadata['fallback']).toContain('bear out')
  })

  it('serves its page to a browser, which asks nobody else', async () => {
    const { watch, page } = await visitor()
    const link = /http\S+\/operator\?token=\S+/.exec(await appliance.guichet('operator', 'link'))?.[0]
    await page.goto(link ?? '')
    const file = { name: 'cantine.txt', mimeType: 'text/plain', buffer: Buffer.from(CANTEEN_TXT) }
    await page.locator('input[type=file]').setInputFiles([file])
    const row = page.getByTestId('documents').locator('li.document').filter({ hasText: file.name })
    await row.getByText('Ready').waitFor({ timeout: WAIT.timeout })
    await page.getByRole('textbox').fill(PAIR.question)
    await page.getByRole('textbox').press('Enter')
    await page.getByText(PAIR.answer).first().waitFor({ timeout: WAIT.timeout })

    expect(watch.outside).toEqual([])
    expect(watch.inside).toContainEqual(expect.stringMatching(/\/messages$/))
  })

  it('serves its command line', async () => {
    expect(await appliance.guichet('doctor')).toMatch(/Search model/)
    expect(await appliance.guichet('keys', 'create')).toMatch(/X-API-Secret: \S+/)
  })

  it('keeps nothing outside of its data folder', () => {
    // @NOTE npm's own log, and what a driver of NVIDIA's compiles.
    expect(['.npm', '.nv']).toEqual(expect.arrayContaining(appliance.atHome()))
  })

  it('has tried to reach nobody, from its start to its end by SIGTERM', async () => {
    // @NOTE what reports does so in intervals: onnxruntime's first try came 15 s after its start.
    await appliance.lived(MINIMAL_LIFE_MS)
    expect(await appliance.end()).toEqual({ code: 0, verdict: { attempts: [], blind: [] } })
  })
})
