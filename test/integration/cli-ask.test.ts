import { afterAll, beforeAll, expect, it } from 'vitest'
import { CREDENTIALS, startAppliance, type Appliance } from '../helpers/appliance.js'
import { guichet } from '../helpers/guichet.js'

let appliance: Appliance
beforeAll(async () => {
  appliance = await startAppliance()
})
afterAll(() => appliance.stop())

const QUESTION = 'How do I reset the printer?'

it('shows the reply and where it stands', async () => {
  const { code, stdout } = await guichet(appliance.dir, ['ask', QUESTION, '--url', appliance.origin])
  expect(code).toBe(0)
  expect(stdout).toBe(
    'The printer resets when you hold the green button.\n  — Printer manual · p. 4 · Reset\n',
  )
})

it('prints the whole exchange for programs, also with keys', async () => {
  const env = { GUICHET_CLIENT_ID: CREDENTIALS.clientId, GUICHET_CLIENT_SECRET: CREDENTIALS.clientSecret }
  const { stdout } = await guichet(appliance.dir, ['ask', QUESTION, '--url', appliance.origin, '--json'], env)
  expect(JSON.parse(stdout)).toMatchObject({
    user_message: { content: QUESTION },
    assistant_message: { metadata: { answer_mode: 'quote' } },
  })
})

it('says in one sentence why it could not ask', async () => {
  const nobody = await guichet(appliance.dir, ['ask', QUESTION, '--url', 'http://127.0.0.1:9'])
  expect(nobody).toMatchObject({ code: 1, stderr: 'No appliance answers at http://127.0.0.1:9.\n' })
  const stranger = '99999999-9999-4999-8999-999999999999'
  const args = ['ask', QUESTION, '--url', appliance.origin, '--assistant', stranger]
  expect(await guichet(appliance.dir, args)).toMatchObject({
    code: 1,
    stderr: `There is no assistant "${stranger}".\n`,
  })
})
