import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { data, send, type Answer } from '../helpers/http.js'

let appliance: Appliance
let assistant: string
let authorization: string

beforeAll(async () => {
  appliance = await startAppliance()
  const { assistants } = data(await appliance.call('GET', '/assistants/')) as { assistants: { id: string }[] }
  assistant = assistants[0]?.id ?? ''
  const token = await send(`${appliance.origin}/api/v1/auth/widget-token`, {
    method: 'POST',
    body: { client_id: 'test-client' },
  })
  authorization = `Bearer ${(token.body as { token: string }).token}`
})
afterAll(() => appliance.stop())

const UNKNOWN = '99999999-9999-4999-8999-999999999999'

function shown(id: string): Promise<Answer> {
  const headers = { authorization, origin: 'https://shop.example' }
  return send(`${appliance.origin}/widget-config/${id}`, { headers })
}

async function make(body: object): Promise<Record<string, unknown>> {
  const answer = await appliance.call('POST', '/widget-configs/', body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return data(answer)
}

it('serves a default to widgets of any site, where none was made', async () => {
  const answer = await shown('default/public')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  expect(data(answer)).toMatchObject({ id: 'default', widget_type: 'chat', position: 'bottom-right' })
  const { title, greeting_message } = data(answer) as Record<string, Record<string, unknown>>
  expect(Object.keys(title ?? {})).toEqual(['en', 'fr'])
  expect(greeting_message).toMatchObject({ buttons: [], flows: [] })
  expect(data(await shown(assistant))).toMatchObject({ id: 'default' })
  for (const id of [UNKNOWN, 'nonsense', '..%2f']) expect((await shown(id)).status).toBe(404)
  expect((await send(`${appliance.origin}/widget-config/default`)).status).toBe(401)
})

it('is made, listed, changed, replaced and deleted with keys', async () => {
  const config = await make({
    name: 'Shop',
    primary_color: '#0b5d4e',
    title: { de: 'Hilfe' },
    logo: '/logo.png',
  })
  expect(config).toMatchObject({
    name: 'Shop',
    assistant_id: null,
    title: { de: 'Hilfe', en: 'May I help you?' },
  })
  const one = `/widget-configs/${String(config['id'])}`
  const listed = data(await appliance.call('GET', '/widget-configs/'))
  expect(listed).toMatchObject({ total: 1, widget_configs: [{ id: config['id'] }] })
  expect(data(await shown(String(config['id'])))).toMatchObject({
    primary_color: '#0b5d4e',
    logo: '/logo.png',
  })

  const patch = { logo: null, title: { fr: 'Aide' }, size: 'large' }
  const patched = data(await appliance.call('PATCH', one, patch))
  expect(patched).toMatchObject({ logo: null, size: 'large', primary_color: '#0b5d4e' })
  expect(patched['title']).toEqual({ en: 'May I help you?', fr: 'Aide', de: 'Hilfe' })
  const replaced = data(await appliance.call('PUT', one, { size: 'small' }))
  expect(replaced).toMatchObject({ name: 'Shop', size: 'small', primary_color: '#1f5eff' })
  expect((await appliance.call('DELETE', one)).status).toBe(200)
  expect((await appliance.call('GET', one)).status).toBe(404)
  expect((await shown(String(config['id']))).status).toBe(404)
})

it('needs its texts in the default language', async () => {
  const config = await make({ title: { de: 'Hilfe' } })
  const one = `/widget-configs/${String(config['id'])}`
  const refused = await appliance.call('PATCH', one, { default_language: 'de' })
  expect(refused.status).toBe(422)
  expect(JSON.stringify(refused.body)).toContain('greeting_message.text')
  expect(JSON.stringify(refused.body)).not.toContain('"title"')
})

it('belongs to an assistant, whose widget then looks like it', async () => {
  const config = await make({ assistant_id: assistant, start_open: true })
  expect(data(await shown(assistant))).toMatchObject({ id: config['id'], start_open: true })
  await appliance.call('PATCH', `/assistants/${assistant}`, { is_active: false })
  expect((await shown(assistant)).status).toBe(404)
  expect((await shown(String(config['id']))).status).toBe(404)
  await appliance.call('PATCH', `/assistants/${assistant}`, { is_active: true })
  expect((await appliance.call('DELETE', `/widget-configs/${String(config['id'])}`)).status).toBe(200)
  expect(data(await shown(assistant))).toMatchObject({ id: 'default' })
})

it.each([
  [{ primary_color: 'red' }, 'primary_color', '#1a73e8'],
  [{ text_color: '#999999' }, 'text_color', '2.84:1'],
  [{ background_color: '#333' }, 'text_color', ':1'],
  [{ font_size: 99 }, 'font_size', 'at most 24'],
  [{ border_radius: '4px' }, 'border_radius', 'a number'],
  [{ logo: 'http://shop.example/logo.png' }, 'logo', 'https://'],
  [{ logo: '//shop.example/logo.png' }, 'logo', 'https://'],
  [{ logo: 'javascript:alert(1)' }, 'logo', 'https://'],
  [{ bot_avatar: `data:image/png;base64,${'A'.repeat(100_001)}` }, 'bot_avatar', 'at most 100000'],
  [{ title: { 'not a tag': 'x' } }, 'title.not a tag', 'language tag'],
  [{ title: 'Help' }, 'title', 'texts by language'],
  [{ position: 'middle' }, 'position', 'bottom-right'],
  [{ font_family: 'Arial; } body {' }, 'font_family', 'names of fonts'],
  [{ assistant_id: UNKNOWN }, 'assistant_id', 'no assistant'],
  [
    { greeting_message: { text: { en: 'Hi' }, buttons: [{ type: 'call' }] } },
    'greeting_message.buttons.0.type',
    '"link"',
  ],
  [
    { greeting_message: { text: { en: 'Hi' }, buttons: [{ type: 'flow', label: { en: 'Go' }, flow: 'x' }] } },
    'greeting_message.buttons',
    '"x"',
  ],
  [{ suggestions: Array.from({ length: 11 }, () => ({ en: 'Hi' })) }, 'suggestions', 'at most 10'],
  [{ custom_css: 'a { background: url(https://x.example) }' }, 'custom_css', 'url()'],
  [{ custom_css: 'a { background: image-set("x" 1x) }' }, 'custom_css', 'image-set()'],
  [{ custom_css: '@import "https://x.example/a.css";' }, 'custom_css', '@import'],
  [{ custom_css: 'a { POSITION: fixed }' }, 'custom_css', 'position'],
  [{ custom_css: 'a { width: expression(alert(1)) }' }, 'custom_css', 'expression()'],
  [{ custom_css: 'a { b\\65 havior: x }' }, 'custom_css', 'backslash'],
  [{ custom_css: 'a { behavior: x }' }, 'custom_css', 'behavior'],
  [{ custom_css: 'a { --x: "\n; } b { position: fixed; } c { --y: " ; }' }, 'custom_css', 'string'],
  [{ custom_css: 'a:is(url( /* ) { } b { } /* */ )) { color: red }' }, 'custom_css', 'url()'],
  [{ custom_css: '</style><script>' }, 'custom_css', '"<"'],
  [{ custom_css: 'a { color: red' }, 'custom_css', 'line 1'],
  [{ custom_css: 'a { --x: url(//x.example) }' }, 'custom_css', 'url()'],
  [
    { custom_css: '@media print { @media screen { @media all { a { color: red } } } }' },
    'custom_css',
    'deeper',
  ],
])('refuses what is wrong (case %#), naming the field and what would be right', async (body, path, hint) => {
  const answer = await appliance.call('POST', '/widget-configs/', body)
  expect(answer).toMatchObject({ status: 422, body: { data: { errors: [{ path }] } } })
  expect((answer.body as { data: { errors: { message: string }[] } }).data.errors[0]?.message).toContain(hint)
})

it('takes CSS that stays within the widget', async () => {
  const custom_css =
    '/* ours */ .message { color: #123; padding: calc(1px + 2em); position: relative; --gap: 2px }\n@media (max-width: 600px) { .message { border-radius: 0 } }'
  expect(await make({ custom_css })).toMatchObject({ custom_css })
})

it('is the organization’s own', async () => {
  const config = await make({ name: 'Ours' })
  const id = String(config['id'])
  const { db } = appliance.database
  const created_at = new Date().toISOString()
  await db
    .insertInto('organization')
    .values({ id: 'other', name: 'O', requests_per_hour: null, created_at })
    .execute()
  await db.updateTable('widget_config').set({ org_id: 'other' }).where('id', '=', id).execute()
  expect((await shown(id)).status).toBe(404)
  for (const [method, body] of [['GET'], ['PATCH', {}], ['PUT', {}], ['DELETE']] as [string, object?][])
    expect((await appliance.call(method, `/widget-configs/${id}`, body)).status).toBe(404)
  expect(
    (await send(`${appliance.origin}/api/v1/widget-configs/`, { headers: { authorization } })).status,
  ).toBe(403)
})
