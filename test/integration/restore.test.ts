import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkBackup, restoreBackup, type RestoreHooks } from '#src/backup/restore-backup.js'
import { finishRestore } from '#src/backup/swap.js'
import { holdDataFolder } from '#src/store/data-lock.js'
import { openConnection, openDatabase } from '#src/store/database.js'
import { guichet } from '../helpers/guichet.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { manifestFor, tar, tarball, type TarEntry } from '../helpers/tar-block.js'

const FIXTURE = fileURLToPath(new URL('../fixtures/databases/001-init.db', import.meta.url))
const CHILD = fileURLToPath(new URL('../fixtures/restore-child.mjs', import.meta.url))
const UPLOAD = 'f'.repeat(32)
const never = new AbortController().signal
/** What a good backup holds: the kept database names this one upload. */
const GOOD: Record<string, Buffer | string> = {
  'appliance.db': readFileSync(FIXTURE),
  [`uploads/${UPLOAD}`]: 'kettle',
}

let out: string
let dataDir: string
let file: string
beforeEach(async () => {
  out = mkdtempSync(join(tmpdir(), 'guichet-restore-'))
  dataDir = join(out, 'data')
  file = join(out, 'backup.tar.gz')
  mkdirSync(join(dataDir, 'uploads'), { recursive: true })
  const database = await openDatabase(join(dataDir, 'appliance.db'))
  await database.close()
  writeFileSync(join(dataDir, 'uploads', 'old'), 'old upload')
  writeFileSync(join(dataDir, 'signing.key'), 'old key')
})
afterEach(() => rmSync(out, { recursive: true, force: true }))

function archive(files: Record<string, Buffer | string> = GOOD, more: object = {}): TarEntry[] {
  return [manifestFor(files, more), ...Object.entries(files).map(([path, body]) => ({ path, body }))]
}

function request() {
  return { file, dataDir, version: '0.0.1' }
}

/** Every file of the data but the locks, with its checksum. */
function state(dir = dataDir): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const files = names
    .filter(
      (entry) =>
        entry.isFile() && !entry.name.startsWith('appliance.lock') && !entry.name.startsWith('backup.lock'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files.map((path) => [
      path.slice(dir.length + 1),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    ]),
  )
}

function restore(hooks: RestoreHooks = {}) {
  return restoreBackup(request(), never, hooks)
}

const sha = (body: Buffer | string) => createHash('sha256').update(body).digest('hex')

/** The data as they are after a good restore, without the folder of the old ones. */
function expectRestored(dir = dataDir): void {
  const now = Object.fromEntries(
    Object.entries(state(dir)).filter(([path]) => !path.startsWith('before-restore-')),
  )
  expect(now).toEqual({
    'appliance.db': sha(GOOD['appliance.db']!),
    [`uploads/${UPLOAD}`]: sha('kettle'),
    'signing.key': sha('old key'),
  })
}

function asideFolders(): string[] {
  return readdirSync(dataDir).filter((name) => name.startsWith('before-restore-'))
}

describe('a restore', () => {
  it('puts the backup in place and keeps the old data aside', async () => {
    writeFileSync(file, tarball(archive()))
    const before = state()
    const { code, stdout, stderr } = await guichet(dataDir, ['restore', file])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('taken 2026-01-02T03:04:05.000Z by Guichet 0.0.1')
    expect(stdout).toContain('2 sources, 1 upload, 1 conversation, 2 messages')
    expect(stdout).toMatch(/Next: npm start/)
    expectRestored()
    const [aside = ''] = asideFolders()
    expect(stdout).toContain(join(dataDir, aside))
    const { 'signing.key': _kept, ...moved } = before
    expect(state(join(dataDir, aside))).toEqual(moved)
  })

  it('brings its own key where it holds one', async () => {
    writeFileSync(file, tarball(archive({ ...GOOD, 'signing.key': 'its key' })))
    const { aside, withKeys } = await restore()
    expect(withKeys).toBe(true)
    expect(readFileSync(join(dataDir, 'signing.key'), 'utf8')).toBe('its key')
    expect(readFileSync(join(aside ?? '', 'signing.key'), 'utf8')).toBe('old key')
  })

  it('makes a folder that is not there, and has nothing to keep aside then', async () => {
    writeFileSync(file, tarball(archive()))
    dataDir = join(out, 'deep', 'new')
    const { code, stdout } = await guichet(dataDir, ['restore', '--json', file])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      aside: null,
      sources: 2,
      uploads: 1,
      with_keys: false,
      guichet: '0.0.1',
    })
    expect(Object.keys(state()).sort()).toEqual(['appliance.db', `uploads/${UPLOAD}`])
  })

  it('replaces a database that is damaged or from a newer version', async () => {
    writeFileSync(join(dataDir, 'appliance.db'), 'no database at all')
    writeFileSync(file, tarball(archive()))
    await restore()
    expectRestored()
  })

  it('leaves an appliance that runs alone', async () => {
    writeFileSync(file, tarball(archive()))
    const before = state()
    const release = holdDataFolder(dataDir)
    const { code, stderr } = await guichet(dataDir, ['restore', file])
    expect(code).toBe(1)
    expect(stderr).toBe(
      `${dataDir} is in use by another Guichet: stop that one, or choose another DATA_DIR.\n`,
    )
    expect((await guichet(dataDir, ['restore', '--check', file])).code).toBe(0)
    release()
    expect(state()).toEqual(before)
  })

  it('says that a data folder cannot be used', async () => {
    writeFileSync(file, tarball(archive()))
    const { code, stderr } = await guichet(join(file, 'data'), ['restore', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^.+ cannot be written to .+: correct its permissions, or DATA_DIR\.\n$/)
  })

  it('says that the disk is too full', async () => {
    writeFileSync(file, tarball(archive()))
    const before = state()
    await expect(restore({ free: () => Promise.resolve(1000) })).rejects.toThrow(
      /too full: \d+ MiB are needed/,
    )
    expect(state()).toEqual(before)
  })

  it('when it is only checked, changes nothing', async () => {
    writeFileSync(file, tarball(archive()))
    const before = state()
    const { code, stdout } = await guichet(dataDir, ['restore', '--check', file])
    expect(code).toBe(0)
    expect(stdout).toMatch(/is whole: taken 2026-01-02T03:04:05\.000Z/)
    expect(state()).toEqual(before)
    const elsewhere = { ...request(), dataDir: join(out, 'nowhere') }
    await checkBackup(elsewhere, never)
    expect(existsSync(elsewhere.dataDir)).toBe(false)
  })
})

describe('a file that is no good backup is refused, and nothing is touched:', () => {
  const whole = tarball(archive())
  const list = (more: object) => tarball(archive(GOOD, more))
  const hostile = (entry: TarEntry) => tarball([...archive(), entry])
  const [manifest, database, upload] = archive() as [TarEntry, TarEntry, TarEntry]
  const flipped = () => {
    const bytes = Buffer.from(tar(archive()))
    // Within the database, in bytes that are compressed again: the checksum alone can tell.
    bytes[100_000] = (bytes[100_000] ?? 0) ^ 1
    return gzipSync(bytes)
  }

  const CASES: [string, () => Buffer, RegExp][] = [
    ['empty', () => Buffer.alloc(0), /damaged or is no backup/],
    ['not compressed', () => tar(archive()), /damaged or is no backup/],
    ['text', () => Buffer.from('hello'.repeat(1000)), /damaged or is no backup/],
    ['truncated', () => whole.subarray(0, whole.length - 2000), /unexpected end of file/],
    ['truncated by its checksum', () => whole.subarray(0, whole.length - 4), /unexpected end of file/],
    [
      'flipped in its compressed bytes',
      () => flip(whole, Math.floor(whole.length / 2)),
      /damaged or is no backup/,
    ],
    ['flipped in the database', flipped, /"appliance\.db" does not have the checksum/],
    ['another tar file', () => tarball([{ path: 'hello.txt', body: 'hello' }]), /does not begin with a list/],
    ['packed twice', () => gzipSync(whole), /does not begin with a list/],
    ['without a file of its list', () => tarball([manifest, database]), /files of its list are not in it/],
    ['in another order', () => tarball([manifest, upload, database]), /is not where its list says/],
    ['with a file twice', () => hostile(upload), /is not where its list says/],
    [
      'with a file outside of its list',
      () => hostile({ path: 'uploads/more', body: 'x' }),
      /is not where its list says/,
    ],
    [
      'with a way out of the folder',
      () => hostile({ path: '../../evil', body: 'x' }),
      /is not where its list says/,
    ],
    ['with an absolute path', () => hostile({ path: '/tmp/evil', body: 'x' }), /is not where its list says/],
    [
      'with a link',
      () => tarball([manifest, { path: 'appliance.db', type: '2', link: '/etc/passwd' }]),
      /not a plain file/,
    ],
    [
      'with a hard link',
      () => tarball([manifest, database, { path: `uploads/${UPLOAD}`, type: '1', link: 'appliance.db' }]),
      /not a plain file/,
    ],
    ['with a device', () => tarball([manifest, { path: 'appliance.db', type: '3' }]), /not a plain file/],
    ['with a folder', () => tarball([manifest, { path: 'uploads/', type: '5' }]), /not a plain file/],
    [
      'whose list leads out of the folder',
      () => tarball(archive({ ...GOOD, 'uploads/../../evil': 'x' })),
      /its list is wrong/,
    ],
    [
      'whose list names a path from the root',
      () => tarball(archive({ ...GOOD, '/tmp/evil': 'x' })),
      /its list is wrong/,
    ],
    [
      'whose list names a file twice',
      () => list({ files: [1, 2].map(() => ({ path: 'appliance.db', bytes: 1, sha256: 'a'.repeat(64) })) }),
      /its list is wrong/,
    ],
    ['whose list is no list', () => tarball([{ path: 'backup.json', body: '{' }]), /damaged or is no backup/],
    [
      'whose header lies about a size',
      () => tarball([manifest, { ...database, size: 10 }, upload]),
      /does not have the size/,
    ],
    [
      'which unpacks to more than it says',
      () => gzipSync(Buffer.concat([tar(archive()), Buffer.alloc(64 * 1024 ** 2)])),
      /holds more than its list says/,
    ],
    ['of a newer format', () => list({ format: 2 }), /a newer version of Guichet wrote it/],
    [
      'of a newer schema',
      () => list({ guichet: '9.9.9', schema: ['001-init', '742-future'] }),
      /Guichet 9\.9\.9 wrote it, which is newer .+"742-future"/,
    ],
    ['without a database', () => tarball(archive({ [`uploads/${UPLOAD}`]: 'kettle' })), /its list is wrong/],
    [
      'whose database is none',
      () => tarball(archive({ ...GOOD, 'appliance.db': 'no database'.repeat(500) })),
      /The database is damaged/,
    ],
    [
      'whose database is damaged',
      () => tarball(archive({ ...GOOD, 'appliance.db': damaged() })),
      /The database is damaged/,
    ],
    [
      'whose database names an upload that is not there',
      () => tarball(archive({ 'appliance.db': GOOD['appliance.db']! })),
      /lacks uploads that its database names/,
    ],
  ]

  it.each(CASES)('%s', async (_name, make, reason) => {
    writeFileSync(file, make())
    const before = state()
    const failure = await restore().then(
      () => 'restored',
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ name: 'BackupError' })
    const { message } = failure as Error
    expect(message).toMatch(reason)
    expect(message).toMatch(/^[^\n]+\.$/)
    expect(message).toContain(file)
    expect(state()).toEqual(before)
    expect(readdirSync(out).sort()).toEqual(['backup.tar.gz', 'data'])
    expect(readdirSync(dataDir)).not.toContain('restore-incoming')
  })

  it('a database of a newer schema, whatever its list says', async () => {
    const newer = join(out, 'newer.db')
    copyFileSync(FIXTURE, newer)
    const connection = openConnection(newer)
    connection.exec(`insert into kysely_migration (name, timestamp) values ('742-future', '')`)
    connection.pragma('journal_mode = delete')
    connection.close()
    writeFileSync(file, tarball(archive({ ...GOOD, 'appliance.db': readFileSync(newer) })))
    const { code, stderr } = await guichet(dataDir, ['restore', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^[^\n]+newer than this one[^\n]+742-future[^\n]+older backup\.\n$/)
  })

  it('what is not there, or a folder', async () => {
    await expect(restore()).rejects.toThrow(`There is no file ${file}: name a backup.`)
    await expect(restoreBackup({ ...request(), file: out }, never)).rejects.toThrow(
      `${out} is not a file: name a backup.`,
    )
  })
})

describe('the exchange of the data', () => {
  const STEPS = [
    'journal written',
    'appliance.db-wal moved aside',
    'appliance.db-shm moved aside',
    'appliance.db moved aside',
    'appliance.db in its place',
    'uploads moved aside',
    'uploads in its place',
    'journal removed',
  ]

  beforeEach(() => {
    writeFileSync(file, tarball(archive()))
    // As a process that was killed leaves them.
    for (const suffix of ['-wal', '-shm'])
      writeFileSync(join(dataDir, `appliance.db${suffix}`), `old ${suffix}`)
  })

  it('takes these steps', async () => {
    const steps: string[] = []
    await restore({ onStep: (step) => steps.push(step) })
    expect(steps).toEqual(STEPS)
  })

  it.each(STEPS.map((step, at) => [step, at + 1] as const))(
    'is finished after the process was killed with "%s"',
    async (_step, at) => {
      const { 'signing.key': _kept, ...before } = state()
      await killedAt(at)
      const finished = await finishRestore(dataDir)
      expect(finished === undefined).toBe(at === STEPS.length)
      expectRestored()
      expect(state(join(dataDir, asideFolders()[0] ?? ''))).toEqual(before)
      expect(readdirSync(dataDir)).not.toContain('restore-incoming')
      expect(readdirSync(dataDir)).not.toContain('restore.json')
      expect(await finishRestore(dataDir)).toBeUndefined()
      expectRestored()
    },
  )

  it.each(STEPS.slice(0, -1))('is undone when it fails after "%s"', async (step) => {
    const before = state()
    const onStep = (done: string) => {
      if (done === step) throw new Error('the disk is gone')
    }
    await expect(restore({ onStep })).rejects.toThrow(
      /could not be replaced \(the disk is gone\) and are as they were before/,
    )
    expect(state()).toEqual(before)
    expect(asideFolders()).toEqual([])
    await restore()
    expectRestored()
  })

  it('is finished by the next restore, which then takes its own turn', async () => {
    await killedAt(4)
    await restore()
    expectRestored()
    expect(asideFolders()).toHaveLength(2)
  })

  it('is finished by the next start; until then no backup is made of it', async () => {
    await killedAt(5)
    const refused = await guichet(dataDir, ['backup', join(out, 'new.tar.gz')])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /^A restore of .+ was interrupted: start Guichet, which finishes it, then back up\.\n$/,
    )
    rmSync(join(dataDir, 'signing.key'))

    const env = { DATA_DIR: dataDir, MODELS_DIR: join(out, 'models') }
    const appliance = await RealAppliance.start({ env, ready: false })
    try {
      expect(readFileSync(join(dataDir, 'uploads', UPLOAD), 'utf8')).toBe('kettle')
      expect(readdirSync(dataDir)).not.toContain('restore.json')
      const [organization] = rowsOf(join(dataDir, 'appliance.db'), 'select name from organization')
      expect(organization).toEqual({ name: 'Acme' })
    } finally {
      await appliance.stop()
    }
  })

  /** A restore in a process of its own that ends with its nth step. */
  async function killedAt(step: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      execFile(process.execPath, [CHILD, file, dataDir, String(step)], (error) => {
        if (error?.signal === 'SIGKILL') resolve()
        else reject(new Error('It was not killed.', { cause: error }))
      })
    })
  }
})

function rowsOf(path: string, sql: string): unknown[] {
  const connection = openConnection(path, { readonly: true })
  try {
    return connection.prepare(sql).all()
  } finally {
    connection.close()
  }
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}

function damaged(): Buffer {
  const bytes = Buffer.from(GOOD['appliance.db']!)
  bytes.fill(0x5a, 8192, 12_288)
  return bytes
}
