import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#src/store/database.js'

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

interface Finding {
  subject: string
  status: string
  text: string
}

describe('guichet doctor', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'guichet-doctor-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  function guichet(args: string[], env: NodeJS.ProcessEnv = {}) {
    const given = { ...process.env, DATA_DIR: dir, MODELS_DIR: join(dir, 'models'), ...env }
    return new Promise<{ code: number; stdout: string }>((resolve) => {
      const child = execFile(process.execPath, [CLI, ...args], { env: given }, (_error, stdout) =>
        resolve({ code: child.exitCode ?? -1, stdout }),
      )
    })
  }

  async function doctor(env: NodeJS.ProcessEnv = {}) {
    const { code, stdout } = await guichet(['doctor', '--json'], env)
    const findings = JSON.parse(stdout) as Finding[]
    return { code, about: (subject: string) => findings.find((finding) => finding.subject === subject) }
  }

  it('says what to do where no model can answer, and fails', async () => {
    const { code, about } = await doctor()
    expect(code).toBe(1)
    expect(about('Search model')?.status).toBe('bad')
    expect(about('Search model')?.text).toContain('models fetch all-MiniLM-L6-v2')
    expect(about('Chat model')?.status).toBe('note')
    expect(about('Database')?.status).toBe('good')
  })

  it('names the version of a database', async () => {
    const database = await openDatabase(join(dir, 'appliance.db'))
    await database.close()
    const { about } = await doctor()
    expect(about('Database')?.text).toMatch(/appliance\.db is at \d{3}-/)
  })

  it('finds a file that is no database', async () => {
    writeFileSync(join(dir, 'appliance.db'), 'not a database, but long enough to be looked at'.repeat(20))
    const { about } = await doctor()
    expect(about('Database')).toMatchObject({ status: 'bad' })
    expect(about('Database')?.text).toContain('restore a backup')
  })

  it('does not have a database replaced because it cannot be opened', async () => {
    const database = await openDatabase(join(dir, 'appliance.db'))
    await database.close()
    // What stands in for missing rights, which the superuser never lacks: SQLite cannot open its own file.
    mkdirSync(join(dir, 'appliance.db-wal'))
    const { about } = await doctor()
    expect(about('Database')).toMatchObject({ status: 'bad' })
    expect(about('Database')?.text).toContain('as the user who runs Guichet')
    expect(about('Database')?.text).not.toContain('backup')
  })

  it('tells mistakes in the configuration', async () => {
    const { code, about } = await doctor({ PORT: 'http' })
    expect(code).toBe(1)
    expect(about('Configuration')?.text).toContain('PORT')
  })

  it('prints a line each for people', async () => {
    const { stdout } = await guichet(['doctor'])
    expect(stdout).toMatch(/^✓ Node {2,}\S+\.$/m)
    expect(stdout).toMatch(/^✗ Search model {2,}/m)
  })

  it('refuses a model it does not know', async () => {
    expect((await guichet(['models', 'fetch', 'no-such-model'])).code).toBe(1)
    const { code, stdout } = await guichet(['models', 'fetch', 'no-such-model', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'no-such-model', outcome: 'unknown' }])
  })

  it('lists the models it knows for programs', async () => {
    const { code, stdout } = await guichet(['models', 'list', '--json'])
    expect(code).toBe(0)
    const listed = JSON.parse(stdout) as { id: string; role: string }[]
    expect(listed.find(({ id }) => id === 'all-MiniLM-L6-v2')).toMatchObject({
      role: 'embedding',
      in_use: false,
      present: false,
    })
  })
})

describe('guichet', () => {
  it('ends quietly when nobody reads on, as head does', async () => {
    const child = spawn(process.execPath, [CLI, 'models', 'list'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    const [code] = (await once(child, 'close')) as [number | null]
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' })
  })
})
