import type { Express } from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { OPERATIONS } from '#src/contract/operations.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { send } from '../helpers/http.js'

/** What serves our own pages, and is no part of the API. */
const PAGE = ['get /page/config.json', 'get /operator', 'get /docs']

const Layer = z.object({
  route: z
    .object({ path: z.union([z.string(), z.array(z.string())]), methods: z.record(z.string(), z.boolean()) })
    .optional(),
  handle: z.custom<{ stack?: unknown[] }>().optional(),
})

let appliance: Appliance
beforeAll(async () => {
  appliance = await startAppliance()
})
afterAll(() => appliance.stop())

/** Every method and path that Express would answer. */
function registered(stack: unknown[]): string[] {
  return stack.flatMap((item) => {
    const { route, handle } = Layer.parse(item)
    if (route !== undefined) {
      return [route.path]
        .flat()
        .flatMap((path) => Object.keys(route.methods).map((method) => `${method} ${path}`))
    }
    return registered(handle?.stack ?? [])
  })
}

it('tells of every route there is, and of none that is not there', () => {
  const app = appliance.app.handler as unknown as Express
  const routes = registered(app.router.stack).map((route) => route.replace(/:(\w+)/g, '{$1}'))
  const told = OPERATIONS.flatMap(({ method, path, aliases = [] }) =>
    [path, ...aliases].map((each) => `${method} ${each}`),
  )
  expect(routes.filter((route) => !PAGE.includes(route)).sort()).toEqual(told.sort())
})

it('gives every operation a name of its own, and texts in both languages', () => {
  const names = OPERATIONS.map(({ id }) => id)
  expect(new Set(names).size).toBe(names.length)
  for (const { id, summary, description } of OPERATIONS)
    for (const text of [summary, description ?? summary]) {
      expect(text.en, id).not.toBe('')
      expect(text.fr, id).not.toBe('')
    }
})

it.each(['en', 'fr'])('is served without credentials in %s', async (lang) => {
  const answer = await send(`${appliance.origin}/api/v1/openapi.json?lang=${lang}`)
  expect(answer.status).toBe(200)
  const { openapi, paths } = answer.body as {
    openapi: string
    paths: Record<string, { post?: { summary: string } }>
  }
  expect(openapi).toBe('3.1.0')
  expect(paths['/api/v1/sessions/']?.post?.summary).toBe(
    lang === 'en' ? 'Open a session' : 'Ouvrir une session',
  )
  expect((await send(`${appliance.origin}/api/v1/openapi.json?lang=xx`)).status).toBe(422)
})

it('refers to nothing that is not in it', async () => {
  const { body } = await send(`${appliance.origin}/api/v1/openapi.json`)
  const text = JSON.stringify(body)
  const { components } = body as { components: { schemas: Record<string, unknown> } }
  const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((name) => name === undefined || !(name in components.schemas))).toEqual([])
})

it('describes fields in the language that is asked for', async () => {
  const [english, french] = await Promise.all(
    ['en', 'fr'].map(async (lang) =>
      JSON.stringify((await send(`${appliance.origin}/api/v1/openapi.json?lang=${lang}`)).body),
    ),
  )
  expect(english).toContain('What the visitor says.')
  expect(french).toContain('Ce que dit le visiteur.')
  expect(french).not.toContain('What the visitor says.')
  expect(`${english ?? ''}${french ?? ''}`).not.toContain('description_fr')
})

it('is served for people at /docs/, below whatever path a proxy gives it', async () => {
  const short = await send(`${appliance.origin}/docs?lang=fr`)
  expect([short.status, short.headers.get('location')]).toEqual([302, 'docs/?lang=fr'])

  const page = await send(`${appliance.origin}/docs/`)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(page.body).not.toMatch(/<style|style=|<script(?![^>]* src=)|https?:/)
  const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(String(page.body)) ?? []
  const asset = await send(`${appliance.origin}/docs/${script ?? ''}`)
  expect([asset.status, asset.headers.get('cache-control')]).toEqual([
    200,
    'public, max-age=31536000, immutable',
  ])
  expect((await send(`${appliance.origin}/docs/assets/none.js`)).status).toBe(404)
})
