import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { data, send } from '../helpers/http.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { ask, createAssistant, createSession, stream, teach } from '../helpers/real-desk.js'
import { KETTLE_MD } from '../helpers/real-documents.js'

const QUESTION = 'How often should I descale the kettle?'

let appliance: RealAppliance
let assistant: string

beforeAll(async () => {
  // @NOTE one thread: two wait for each other, which takes very long on a machine that does other things too.
  appliance = await RealAppliance.start({ env: { THREADS: '1' } })
  assistant = await createAssistant(appliance, { name: 'Writer', language: 'en', answer_mode: 'compose' })
  await teach(appliance, 'kettle.md', KETTLE_MD, { title: 'Kettle K3' })
  await vi.waitFor(async () => expect(await chatState()).toMatchObject({ state: 'ready' }), WAIT)
})

afterAll(() => appliance.stop())

const WAIT = { timeout: 60_000, interval: 200 }

async function chatState(): Promise<{ state: string; pid: number | null }> {
  return data(await appliance.call('GET', '/health'))['chat'] as { state: string; pid: number | null }
}

interface Written {
  content: string
  metadata: Record<string, unknown>
}

/** The model has written, and what it wrote was said or, where the document does not bear it out, replaced. */
function expectWritten(metadata: Record<string, unknown>): void {
  if (metadata['answer_mode'] === 'compose') expect(metadata['model']).toEqual(expect.any(String))
  else expect(metadata['fallback']).toContain('bear out')
}

async function messages(session: string): Promise<unknown[]> {
  return data(await appliance.call('GET', `/sessions/${session}/messages`))['messages'] as unknown[]
}

describe('an assistant that composes', () => {
  it('streams what the model writes, and keeps it', async () => {
    const session = await createSession(appliance, assistant)
    const frames = await (await stream(appliance, session, QUESTION)).rest()

    const done = frames.at(-1)
    expect(done).toHaveProperty('type', 'done')
    expect(frames[0]).toHaveProperty('type', 'sources')
    expect(frames[0]).toHaveProperty('sources.0.title', 'Kettle K3')
    const tokens = frames.filter(({ type }) => type === 'token').map(({ text }) => text as string)
    const { assistant_message: reply } = done!['data'] as { assistant_message: Written }
    expectWritten(reply.metadata)
    expect(tokens.length).toBeGreaterThan(0)
    expect(tokens.join('').trim()).toBe(reply.content)
    expect(await messages(session)).toMatchObject([{ content: QUESTION }, { content: reply.content }])
  })

  it('says so when the model’s process is killed, keeps nothing of it, and writes again', async () => {
    const session = await createSession(appliance, assistant)
    const { pid } = await chatState()
    const reply = await stream(appliance, session, QUESTION)
    await reply.until('sources')
    process.kill(pid!, 'SIGKILL')

    // A reply of which the model had written nothing is begun once more; one under way fails, and leaves nothing.
    const last = (await reply.rest()).at(-1)
    if (last?.['type'] === 'done') expect(await messages(session)).toHaveLength(2)
    else {
      expect(last).toMatchObject({
        type: 'error',
        code: 'model_unavailable',
        detail: expect.stringMatching(/\S+ .*\.$/) as string,
      })
      expect(await messages(session)).toEqual([])
    }
    expect((await send(`${appliance.origin}/livez`)).status).toBe(200)

    const second = await createSession(appliance, assistant)
    const later = await ask(appliance, second, QUESTION)
    expectWritten(later.metadata)
    expect(later.content).toMatch(/\p{L}{3}/u)
    expect((await chatState()).pid).not.toBe(pid)
    expect(await messages(second)).toHaveLength(2)
  })

  it('ends with code 0 on SIGTERM while it writes', async () => {
    const session = await createSession(appliance, assistant)
    const reply = await stream(appliance, session, 'How long does the guarantee of the kettle last?')
    await reply.until('sources')

    const reading = reply.rest().then(
      (frames) => frames.at(-1)?.['type'],
      () => 'cut',
    )
    const { pid } = await chatState()
    expect(await appliance.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(['done', 'error', 'cut']).toContain(await reading)
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
  })
})
