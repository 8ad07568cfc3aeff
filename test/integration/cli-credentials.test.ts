import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#src/store/database.js'
import { startAppliance, type Appliance } from '../helpers/appliance.js'
import { send } from '../helpers/http.js'

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
const COMMANDS = [
  ['keys', 'create'],
  ['operator', 'link'],
]

function guichet(dir: string, args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const given = { ...process.env, DATA_DIR: dir, ...env }
    const child = execFile(process.execPath, [CLI, ...args], { env: given }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

describe('beside a running appliance', () => {
  let appliance: Appliance
  beforeEach(async () => {
    appliance = await startAppliance()
  })
  afterEach(() => appliance.stop())

  function assistants(id: string, secret: string) {
    return send(`${appliance.origin}/api/v1/assistants/`, {
      headers: { 'x-api-key': id, 'x-api-secret': secret },
    })
  }

  it('keys create makes credentials that work at once', async () => {
    const forPrograms = await guichet(appliance.dir, ['keys', 'create', '--name', 'Shop', '--json'])
    const keys = JSON.parse(forPrograms.stdout) as { client_id: string; client_secret: string }
    expect((await assistants(keys.client_id, keys.client_secret)).status).toBe(200)
    expect((await assistants(keys.client_id, 'another')).status).toBe(401)

    const { code, stdout } = await guichet(appliance.dir, ['keys', 'create'])
    const [, id = '', secret = ''] = /^X-API-Key: (\S+)\nX-API-Secret: (\S+)\n/.exec(stdout) ?? []
    expect(code).toBe(0)
    expect((await assistants(id, secret)).status).toBe(200)
    expect(id).not.toBe(keys.client_id)
  })

  it('keys are listed, rotated and revoked', async () => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await guichet(appliance.dir, [...args, '--json'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout) as Record<string, string> & Record<string, string>[]
    }
    const args = ['--scopes', 'assistants:read', '--origins', 'https://shop.example/']
    const made = await run('keys', 'create', '--name', 'Shop', ...args)
    const { client_id: id = '', client_secret: first = '' } = made
    const listed = await run('keys', 'list')
    expect(listed.find((key) => key['client_id'] === id)).toMatchObject({
      name: 'Shop',
      scopes: ['assistants:read'],
      allowed_origins: ['https://shop.example'],
    })
    expect(JSON.stringify(listed)).not.toContain(first)
    const { client_secret: second = '' } = await run('keys', 'rotate', id, '--grace-seconds', '60')
    expect((await assistants(id, first)).status).toBe(200)
    expect((await assistants(id, second)).status).toBe(200)
    await run('keys', 'revoke', id)
    expect((await assistants(id, second)).status).toBe(401)
  })

  it('organizations are made beside each other, each with its keys and its limit', async () => {
    const made = await guichet(appliance.dir, ['organizations', 'create', '--name', 'Second', '--json'])
    const org = JSON.parse(made.stdout) as Record<'id' | 'client_id' | 'client_secret', string>
    const theirs = await assistants(org.client_id, org.client_secret)
    expect(theirs).toMatchObject({ status: 200, body: { data: { total: 0 } } })
    expect(theirs.headers.get('x-ratelimit-limit')).toBe('1000')
    const further = await guichet(appliance.dir, ['keys', 'create', '--organization', org.id, '--json'])
    const key = JSON.parse(further.stdout) as Record<'client_id' | 'client_secret', string>
    expect((await guichet(appliance.dir, ['organizations', 'limit', org.id, '7'])).stdout).toContain('7')
    const limited = await assistants(key.client_id, key.client_secret)
    expect(limited).toMatchObject({ body: { data: { total: 0 } } })
    expect(limited.headers.get('x-ratelimit-limit')).toBe('7')
    const { stdout } = await guichet(appliance.dir, ['organizations', 'list', '--json'])
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'Default', requests_per_hour: null },
      { id: org.id, name: 'Second', requests_per_hour: 7 },
    ])
  })

  it.each([
    [['keys', 'revoke', 'nobody'], 'There is no key "nobody".'],
    [['keys', 'revoke', 'test-client'], 'This is the last key'],
    [['keys', 'create', '--scopes', 'everything'], 'scopes must be'],
    [['keys', 'list', '--organization', 'nowhere'], 'There is no organization "nowhere"'],
    [['organizations', 'limit', 'nowhere', 'many'], 'the number of requests must be a whole number'],
    [['keys', 'rotate'], "missing required argument 'client_id'"],
  ])('%j fails with one sentence, as JSON for programs', async (args, sentence) => {
    const { code, stdout, stderr } = await guichet(appliance.dir, [...args, '--json'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect((JSON.parse(stderr) as { error: string }).error).toContain(sentence)
  })

  it('operator link opens one browser, once', async () => {
    const env = { PUBLIC_URL: appliance.origin }
    const { stdout } = await guichet(appliance.dir, ['operator', 'link', '--json'], env)
    const { url } = JSON.parse(stdout) as { url: string }
    expect(url.startsWith(`${appliance.origin}/`)).toBe(true)
    const opened = await send(url)
    expect(opened.status).toBe(303)
    const cookie = opened.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Strict/i)
    const again = await send(url)
    expect(again.headers.get('set-cookie')).toBeNull()

    const plain = await guichet(appliance.dir, ['operator', 'link'], env)
    expect((await send(plain.stdout.trim())).headers.get('set-cookie')).not.toBeNull()
  })
})

describe('without a database of this version', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'guichet-cli-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it.each(COMMANDS)('%s %s says what to do where there is none, and makes none', async (...args) => {
    const { code, stdout, stderr } = await guichet(dir, args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*start the appliance once[^\n]*\n$/)
    expect((await guichet(dir, args)).stderr).toBe(stderr)
  })

  it.each(COMMANDS)('%s %s says what to do before the first start was done', async (...args) => {
    const database = await openDatabase(join(dir, 'appliance.db'))
    await database.close()
    const { code, stdout, stderr } = await guichet(dir, args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*first start[^\n]*start the appliance once[^\n]*\n$/)
  })

  it.each(COMMANDS)('%s %s leaves a newer one alone', async (...args) => {
    const appliance = await startAppliance({ dataDir: dir })
    await appliance.database.db
      .insertInto('kysely_migration' as never)
      .values({ name: '999-future', timestamp: new Date().toISOString() })
      .execute()
    await appliance.stop(true)
    const { code, stdout, stderr } = await guichet(dir, args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*newer[^\n]*\n$/)
  })
})
