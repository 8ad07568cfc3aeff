import { afterEach, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data } from '../helpers/http.js'
import { scriptedChat } from '../helpers/scripted-chat.js'

let appliance: Appliance | undefined
afterEach(() => appliance?.stop())

/** The reply of an assistant that composes, whose model writes these pieces about the scripted printer. */
async function written(pieces: string[]): Promise<Record<string, unknown>> {
  appliance = await startAppliance({ engines: { chat: scriptedChat(pieces) } })
  const made = await appliance.call('POST', '/assistants/', { name: 'Vera', answer_mode: 'compose' })
  const opened = await appliance.call('POST', '/sessions/', { assistant_id: data(made)['id'] })
  const path = `/sessions/${String(data(opened)['id'])}/messages`
  return data(await appliance.call('POST', path, { content: 'How?' }))['assistant_message'] as Record<
    string,
    unknown
  >
}

it('holds no sentence of the model that the documents do not bear out', async () => {
  const pieces = [
    'Hold it for five seconds. ',
    'Hold it for ten sec',
    'onds. It then beeps. The printer is red.',
  ]
  const reply = await written(pieces)
  expect(reply['content']).toBe(
    'Hold it for five seconds. The printer resets when you hold the green button. It then beeps.',
  )
  expect(reply['metadata']).toMatchObject({ answer_mode: 'compose', citation_validation_passed: false })
  expect((reply['sources'] as { quote: string }[]).map(({ quote }) => quote)).toEqual([
    'The printer resets when you hold the green button. Hold it for five seconds. It then beeps.',
  ])
})

it('is quoted when the documents bear nothing of the model’s text out', async () => {
  const reply = await written(['Hold the red button. ', 'It costs nothing. ', 'Call us. ', 'It then beeps.'])
  expect(reply['content']).toBe('The printer resets when you hold the green button.')
  expect(reply['metadata']).toMatchObject({
    answer_mode: 'quote',
    fallback: expect.stringContaining('bear out') as string,
  })
})
