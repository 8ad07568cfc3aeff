import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '#src/contract/operations.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send } from '../helpers/http.js'

const SOME_ID = '99999999-9999-4999-8999-999999999999'

let appliance: Appliance
let visitor: Record<string, string>
let powerless: Record<string, string>

beforeAll(async () => {
  appliance = await startAppliance({ env: { RATE_LIMIT_PER_HOUR: '0' } })
  const token = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: appliance.keys['x-api-key'] },
  })
  visitor = { authorization: `Bearer ${(token.body as { token: string }).token}` }
  const made = data(await appliance.call('POST', '/keys/', { name: 'Powerless', scopes: [] }))
  powerless = { 'x-api-key': String(made['client_id']), 'x-api-secret': String(made['client_secret']) }
})
afterAll(() => appliance.stop())

function ask(operation: (typeof OPERATIONS)[number], path: string, headers: Record<string, string>) {
  const url = appliance.origin + path.replace(/\{\w+\}/g, SOME_ID)
  const takesBody = operation.body !== undefined || operation.form !== undefined
  return send(url, { method: operation.method.toUpperCase(), headers, ...(takesBody && { body: {} }) })
}

function named(operations: readonly (typeof OPERATIONS)[number][]) {
  return operations.flatMap((operation) =>
    [operation.path, ...(operation.aliases ?? [])].map((path) => ({
      name: `${operation.method} ${path}`,
      operation,
      path,
    })),
  )
}

describe('what takes keys', () => {
  const forKeys = named(OPERATIONS.filter(({ access }) => access === 'key'))

  it.each(forKeys)('$name refuses a widget token', async ({ operation, path }) => {
    expect(await ask(operation, path, visitor)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })
})

describe('what takes any credentials', () => {
  const scoped = named(OPERATIONS.filter(({ access }) => access === 'key' || access === 'widget'))

  it.each(scoped)(
    '$name refuses nobody’s request, and a key without the scope',
    async ({ operation, path }) => {
      expect(operation.scope, 'every operation for keys names its scope').toBeDefined()
      expect((await ask(operation, path, {})).status).toBe(401)
      const answer = await ask(operation, path, powerless)
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      expect((answer.body as { detail: string }).detail).toContain(operation.scope)
    },
  )
})
