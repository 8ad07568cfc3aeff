import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FetchPolicy } from '#src/fetch-policy.js'
import { data, send } from '../helpers/http.js'
import { startLetterAppliance, type LetterAppliance } from '../helpers/letter-appliance.js'
import { startSite, type Site } from '../helpers/site.js'

let site: Site
let appliance: LetterAppliance

beforeEach(async () => {
  site = await startSite({})
  appliance = await startLetterAppliance(
    {
      policy: new FetchPolicy([`127.0.0.1:${String(site.port)}`]),
      limits: { headersMs: 300_000, wholeMs: 300_000 },
    },
    { fullDiskPauseMs: 50 },
  )
})

afterEach(async () => {
  await appliance.stop()
  await site.stop()
})

const uploads = () => readdirSync(join(appliance.dir, 'uploads'))

async function upload(name: string, text: string) {
  const form = new FormData()
  form.set('file', new Blob([text]), name)
  const url = `${appliance.origin}/api/v1/knowledge/files/`
  return send(url, { method: 'POST', headers: appliance.keys, raw: form })
}

const state = async (id: unknown) => data(await appliance.call('GET', `/knowledge/${String(id)}`))

it('is not held up by servers that do not answer', async () => {
  site.pages['/silent'] = () => undefined
  const slow = []
  for (const name of ['one', 'two', 'three']) {
    const given = { url: `${site.origin}/silent?${name}`, title: name }
    slow.push(data(await appliance.call('POST', '/knowledge/urls/', given))['id'])
  }
  const file = data(await upload('quick.txt', 'The quokka is quick.'))
  await vi.waitFor(async () => expect((await state(file['id']))['status']).toBe('ready'), { timeout: 50_000 })
  const standing = await Promise.all(slow.map(async (id) => (await state(id))['status']))
  expect(standing).not.toContain('failed')
  // Of one site no more than two are asked for at once.
  expect(site.asked).toHaveLength(2)
})

it('takes a file that is sent twice at once one time', async () => {
  const answers = await Promise.all([
    upload('twin.txt', 'Two of a kind.'),
    upload('twin.txt', 'Two of a kind.'),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 202])
  expect(new Set(answers.map((answer) => data(answer)['id'])).size).toBe(1)
})

it('refuses what says that it is too large before any of it is written', async () => {
  const before = uploads()
  const { hostname, port } = new URL(appliance.origin)
  const { connect } = await import('node:net')
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    const head = [
      'POST /api/v1/knowledge/files/ HTTP/1.1',
      'Host: x',
      `Content-Length: ${String(2 * 1024 ** 3)}`,
    ]
    const keys = Object.entries(appliance.keys).map(([name, value]) => `${name}: ${value}`)
    const lines = [...head, ...keys, 'Content-Type: multipart/form-data; boundary=XX']
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    socket.on('error', reject)
    socket
      .on('data', (chunk) => (text += chunk.toString()))
      .on('close', () => {
        resolve(text)
      })
  })
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(uploads()).toEqual(before)
})

it('begins again at the stage that failed, where what came before it is kept', async () => {
  const added = await upload('bad.txt', 'This sentence BREAKS THE EMBEDDER on purpose.')
  const failed = await appliance.settled(added)
  expect(failed).toMatchObject({ status: 'failed', stage: 'embed' })
  const path = `/knowledge/files/${String(failed['id'])}/reprocess`
  for (const name of uploads()) rmSync(join(appliance.dir, 'uploads', name))

  expect((await appliance.call('POST', path, { from: 'embed' })).status).toBe(202)
  expect(await appliance.settled(added)).toMatchObject({ status: 'failed', stage: 'embed' })
  expect((await appliance.call('POST', path, { from: 'chunk' })).status).toBe(202)
  expect(await appliance.settled(added)).toMatchObject({ status: 'failed', stage: 'extract' })
  expect((await appliance.call('POST', path, { from: 'fetch' })).status).toBe(422)
  expect((await appliance.call('POST', path, { from: 'nowhere' })).status).toBe(422)
})

it('waits while the disk is full, and goes on by itself', async () => {
  const { connection } = appliance.database
  const { id } = data(await upload('later.txt', 'A sentence of the text. '.repeat(3000)))
  const pages = connection.pragma('page_count', { simple: true }) as number
  connection.pragma(`max_page_count = ${String(pages)}`)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const meanwhile = await state(id)
  connection.pragma('max_page_count = 1000000')
  expect(meanwhile).toMatchObject({
    status: expect.stringMatching(/pending|processing/) as string,
    error: null,
  })
  await vi.waitFor(async () => expect((await state(id))['status']).toBe('ready'), { timeout: 30_000 })
})

it('tells whoever watches of a deletion', async () => {
  const response = await fetch(`${appliance.origin}/api/v1/knowledge/events`, { headers: appliance.keys })
  const { id } = await appliance.settled(await upload('brief.txt', 'The ibex was here.'))
  await appliance.call('DELETE', `/knowledge/${String(id)}`)
  await appliance.ingestor.idle()
  appliance.app.endStreams()
  const frames = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(
    ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
  )
  const told = frames.filter((frame) => frame['id'] === id).map(({ status }) => status)
  expect(told.at(-1)).toBe('deleted')
  expect(told.filter((status) => status === 'deleted')).toHaveLength(1)
})
