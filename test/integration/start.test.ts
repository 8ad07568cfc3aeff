import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#src/store/database.js'
import { migrations } from '#src/store/migrations/index.js'
import { data, send } from '../helpers/http.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { createSession } from '../helpers/real-desk.js'
import { runToEnd } from '../helpers/real-process.js'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'guichet-start-'))
  cleanups.push(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

/** Settings of a start without any model. */
function settings() {
  const dir = folder()
  return { PORT: '0', DATA_DIR: join(dir, 'data'), MODELS_DIR: join(dir, 'models'), MODEL_FETCH: 'false' }
}

async function startBare(): Promise<RealAppliance> {
  const appliance = await RealAppliance.start({ env: { MODELS_DIR: folder() }, ready: false })
  cleanups.push(() => appliance.stop())
  return appliance
}

/** A database of this version; its path. */
async function database(dir: string): Promise<string> {
  const file = join(dir, 'appliance.db')
  const opened = await openDatabase(file)
  await opened.db
    .insertInto('organization')
    .values({ id: 'acme', name: 'Acme', requests_per_hour: null, created_at: '' })
    .execute()
  await opened.close()
  return file
}

describe('a start that cannot go on', () => {
  it('names every wrong setting in a sentence of its own', async () => {
    const wrong = {
      PORT: 'eighty',
      THREADS: '-1',
      MODEL_FETCH: 'perhaps',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'help.example.com',
      BOOTSTRAP_CLIENT_ID: 'alone',
    }
    const env = { ...settings(), ...wrong }
    const { code, stdout, stderr } = await runToEnd(env)

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const sentences = stderr.trim().split('\n')
    expect(sentences).toHaveLength(6)
    for (const [name, value] of Object.entries(wrong).slice(0, 5))
      expect(sentences).toContainEqual(expect.stringMatching(`^${name}: "${value}" is not usable: .+\\.$`))
    expect(sentences).toContainEqual(
      expect.stringMatching(/^BOOTSTRAP_CLIENT_ID and .+ must be given together\.$/),
    )
    expect(existsSync(env.DATA_DIR)).toBe(false)
  })

  it('never repeats a secret', async () => {
    const secret = 'too-short-one'
    const { code, stderr } = await runToEnd({
      ...settings(),
      BOOTSTRAP_CLIENT_ID: 'client',
      BOOTSTRAP_CLIENT_SECRET: secret,
    })
    expect(code).toBe(1)
    expect(stderr).toContain('BOOTSTRAP_CLIENT_SECRET')
    expect(stderr).not.toContain(secret)
  })

  it('takes the secret from a file as container engines hand it over, and says when it cannot', async () => {
    const dir = folder()
    const file = join(dir, 'secret')
    writeFileSync(file, 'too-short-one\n')
    const from = (path: string) => ({
      ...settings(),
      BOOTSTRAP_CLIENT_ID: 'client',
      BOOTSTRAP_CLIENT_SECRET_FILE: path,
    })
    const read = await runToEnd(from(file))
    expect(read.stderr).toBe(
      'BOOTSTRAP_CLIENT_SECRET: the value given is not usable: must have at least 16 characters.\n',
    )
    const absent = await runToEnd(from(join(dir, 'absent')))
    expect(absent.code).toBe(1)
    expect(absent.stderr).toMatch(/^BOOTSTRAP_CLIENT_SECRET_FILE: ".+absent" cannot be read \(.+\)\.\n$/)
  })

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    cleanups.push(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo

    const env = settings()
    const { code, stderr } = await runToEnd({ ...env, PORT: String(port) })

    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^Port ${port} is taken by another program: .+\\.\n$`))
    // Nothing was made that the next start would not tell of.
    const next = await RealAppliance.start({ env, ready: false })
    cleanups.push(() => next.stop())
    expect(next.operatorLink).toContain('/operator?token=')
  })

  it('leaves a data folder to the appliance that uses it', async () => {
    const first = await startBare()
    const { code, stderr } = await runToEnd({ ...settings(), DATA_DIR: first.dataDir })

    expect(code).toBe(1)
    expect(stderr).toBe(
      `${first.dataDir} is in use by another Guichet: stop that one, or choose another DATA_DIR.\n`,
    )
    expect((await send(`${first.origin}/livez`)).status).toBe(200)

    await first.kill('SIGKILL')
    await first.begin(false)
    expect((await send(`${first.origin}/livez`)).status).toBe(200)
  })

  it('refuses a database from a newer version and leaves it alone', async () => {
    const env = { ...settings(), DATA_DIR: folder() }
    const file = await database(env.DATA_DIR)
    const opened = await openDatabase(file)
    opened.connection.exec(
      `insert into kysely_migration (name, timestamp) values ('742-from-the-future', '')`,
    )
    await opened.close()
    const before = readFileSync(file)

    const { code, stderr } = await runToEnd(env)

    expect(code).toBe(1)
    expect(stderr).toMatch(/was written by a newer version of Guichet .+742-from-the-future.+\.\n$/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})

describe('a migration that fails', () => {
  it('leaves the old file as it was, byte for byte', async () => {
    const dir = folder()
    const file = await database(dir)
    const before = readFileSync(file)
    const broken = {
      ...migrations,
      '901-half': {
        up: async (db: Parameters<(typeof migrations)[string]['up']>[0]) => {
          await db.schema.createTable('half').addColumn('done', 'text').execute()
          await db.deleteFrom('organization').execute()
          throw new Error('the second half does not work')
        },
      },
    }

    await expect(openDatabase(file, broken)).rejects.toThrow(/"901-half" failed.+left as it was.+second half/)

    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(dir)).toEqual(['appliance.db'])
    const opened = await openDatabase(file)
    expect(await opened.db.selectFrom('organization').select('name').execute()).toEqual([{ name: 'Acme' }])
    await opened.close()
  })
})

describe('a start without any model', () => {
  it('listens, says what is missing, and refuses questions politely', async () => {
    const appliance = await startBare()
    expect(appliance.stdout).toMatch(/put one into \S+, then restart/)
    expect((await send(`${appliance.origin}/livez`)).status).toBe(200)

    const missing = expect.stringMatching(/no embedding model.+Put one into .+ and restart\./) as string
    await expect
      .poll(() => send(`${appliance.origin}/readyz`))
      .toMatchObject({
        status: 503,
        body: { status: 'error', code: 'not_ready', detail: missing, data: null },
      })

    const { assistants } = data(await appliance.call('GET', '/assistants/'))
    const session = await createSession(appliance, (assistants as { id: string }[])[0]!.id)
    const refused = await appliance.call('POST', `/sessions/${session}/messages`, {
      body: { content: 'Is anybody there?' },
    })
    expect(refused).toMatchObject({
      status: 503,
      body: { status: 'error', status_code: 503, code: 'not_ready', data: null },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})
