import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkBackup, restoreBackup } from '#src/backup/restore-backup.js'
import { holdDataFolder } from '#src/store/data-lock.js'
import { openConnection, type Connection } from '#src/store/database.js'
import { passageIndex } from '#src/store/passage-index.js'
import { guichet } from '../helpers/guichet.js'
import {
  archive,
  GOOD,
  KEPT_DATABASE,
  NEWER_DATABASE,
  oldData,
  RESTORED,
  stateOf,
  UPLOAD,
} from '../helpers/old-data.js'
import { tar, tarball, type TarEntry } from '../helpers/tar-block.js'

const never = new AbortController().signal

let old: Awaited<ReturnType<typeof oldData>>
let out: string
let dataDir: string
let file: string
beforeEach(async () => {
  old = await oldData()
  ;({ out, dataDir, file } = old)
})
afterEach(() => {
  old.dispose()
})

describe('a restore', () => {
  it('puts the backup in place and keeps the old data aside', async () => {
    writeFileSync(file, tarball(archive()))
    const before = stateOf(dataDir)
    const { code, stdout, stderr } = await guichet(dataDir, ['restore', file])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('taken 2026-01-02T03:04:05.000Z by Guichet 0.0.1')
    expect(stdout).toContain('2 sources, 1 upload, 1 conversation, 2 messages')
    expect(stdout).toMatch(/Next: start Guichet/)
    expect(old.now()).toEqual(RESTORED)
    const [aside = ''] = old.asides()
    expect(stdout).toContain(join(dataDir, aside))
    const { 'signing.key': _kept, ...moved } = before
    expect(stateOf(join(dataDir, aside))).toEqual(moved)
  })

  it('brings its own key where it holds one', async () => {
    writeFileSync(file, tarball(archive({ ...GOOD, 'signing.key': 'its key' })))
    const { aside, withKeys } = await old.restore()
    expect(withKeys).toBe(true)
    expect(readFileSync(join(dataDir, 'signing.key'), 'utf8')).toBe('its key')
    expect(readFileSync(join(aside ?? '', 'signing.key'), 'utf8')).toBe('old key')
  })

  it('makes a folder that is not there, and has nothing to keep aside then', async () => {
    writeFileSync(file, tarball(archive()))
    const made = join(out, 'deep', 'new')
    const { code, stdout } = await guichet(made, ['restore', '--json', file])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      aside: null,
      sources: 2,
      uploads: 1,
      with_keys: false,
      guichet: '0.0.1',
    })
    expect(Object.keys(stateOf(made)).sort()).toEqual(['appliance.db', `uploads/${UPLOAD}`])
  })

  it('replaces a database that is damaged or from a newer version', async () => {
    writeFileSync(join(dataDir, 'appliance.db'), 'no database at all')
    writeFileSync(file, tarball(archive()))
    await old.restore()
    expect(old.now()).toEqual(RESTORED)
  })

  it('leaves an appliance that runs alone', async () => {
    writeFileSync(file, tarball(archive()))
    const before = stateOf(dataDir)
    const release = holdDataFolder(dataDir)
    const { code, stderr } = await guichet(dataDir, ['restore', file])
    expect(code).toBe(1)
    expect(stderr).toBe(
      `${dataDir} is in use by another Guichet: stop that one, or choose another DATA_DIR.\n`,
    )
    expect((await guichet(dataDir, ['restore', '--check', file])).code).toBe(0)
    release()
    expect(stateOf(dataDir)).toEqual(before)
  })

  it('says that a data folder cannot be used', async () => {
    writeFileSync(file, tarball(archive()))
    const { code, stderr } = await guichet(join(file, 'data'), ['restore', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^.+ cannot be written to .+: correct its permissions, or DATA_DIR\.\n$/)
  })

  it('says that the disk is too full', async () => {
    writeFileSync(file, tarball(archive()))
    const before = stateOf(dataDir)
    await expect(old.restore({ free: () => Promise.resolve(1000) })).rejects.toThrow(
      /too full: \d+ MiB are needed/,
    )
    expect(stateOf(dataDir)).toEqual(before)
  })

  it('when it is only checked, changes nothing', async () => {
    writeFileSync(file, tarball(archive()))
    const before = stateOf(dataDir)
    const { code, stdout } = await guichet(dataDir, ['restore', '--check', file])
    expect(code).toBe(0)
    expect(stdout).toMatch(/is whole: taken 2026-01-02T03:04:05\.000Z/)
    expect(stateOf(dataDir)).toEqual(before)
    const elsewhere = { file, dataDir: join(out, 'nowhere'), version: '0.0.1' }
    await checkBackup(elsewhere, never)
    expect(existsSync(elsewhere.dataDir)).toBe(false)
  })
})

describe('a disk that fails', () => {
  // The kernel answers a read of this one with an I/O error, to root too.
  it.skipIf(process.platform !== 'linux')('is not taken for a damaged backup', async () => {
    const before = stateOf(dataDir)
    const { code, stderr } = await guichet(dataDir, ['restore', '/proc/self/mem'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/could not be read through \(EIO.*says nothing against the backup/)
    expect(stateOf(dataDir)).toEqual(before)
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
    const before = stateOf(dataDir)
    const failure = await old.restore().then(
      () => 'restored',
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ name: 'BackupError' })
    const { message } = failure as Error
    expect(message).toMatch(reason)
    expect(message).toMatch(/^[^\n]+\.$/)
    expect(message).toContain(file)
    expect(stateOf(dataDir)).toEqual(before)
    expect(readdirSync(out).sort()).toEqual(['backup.tar.gz', 'data'])
    expect(readdirSync(dataDir)).not.toContain('restore-incoming')
  })

  it('a database of a newer schema, whatever its list says', async () => {
    const newer = changed((connection) => {
      connection.exec(`insert into kysely_migration (name, timestamp) values ('742-future', '')`)
    })
    writeFileSync(file, tarball(archive({ ...GOOD, 'appliance.db': newer })))
    const { code, stderr } = await guichet(dataDir, ['restore', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^[^\n]+newer than this one[^\n]+742-future[^\n]+older backup\.\n$/)
  })

  it.each<[string, string, RegExp]>([
    ['an emptied table of migrations', 'delete from kysely_migration', /lists no migrations/],
    ['no table of migrations', 'drop table kysely_migration', /no table of its migrations/],
    [
      'a view in the place of its migrations',
      `drop table kysely_migration; create view kysely_migration as select '001-init' as name, '' as timestamp`,
      /no table of its migrations/,
    ],
    ['a table less', 'drop table rate_window', /lacks the table "rate_window"/],
    [
      'a column less',
      'alter table client drop column allowed_origins',
      /"client" is not as Guichet makes it/,
    ],
    ['an index less', 'drop index passage_scope', /lacks the index "passage_scope"/],
    ['no word index', 'drop table passage_words', /lacks the table "passage_words/],
    [
      'another word index',
      'drop table passage_words; create virtual table passage_words using fts5(title, body)',
      /"passage_words.*is not as Guichet makes it|"passage_words.* is none of Guichet's/,
    ],
    [
      'other vectors',
      'drop table passage_vector; create virtual table passage_vector using vec0(embedding float[4])',
      /"passage_vector" is not as Guichet makes it|none of Guichet's|lacks the table/,
    ],
    [
      'a table for vectors that is none',
      'drop table passage_vector; create table passage_vector (num integer)',
      /"passage_vector" is not as Guichet makes it/,
    ],
    [
      'a trigger',
      `create trigger spy after insert on message begin update setting set value = '' where key = new.id; end`,
      /trigger "spy" is none of Guichet's/,
    ],
    ['a view', 'create view peek as select * from client', /view "peek" is none of Guichet's/],
    ['a table more', 'create table more (id text)', /table "more" is none of Guichet's/],
  ])('a database with %s', async (_what, sql, reason) => {
    const base = sql.includes('passage_vector') ? NEWER_DATABASE : KEPT_DATABASE
    const crafted = changed((connection) => connection.exec(sql), base)
    writeFileSync(file, tarball(archive({ ...GOOD, 'appliance.db': crafted })))
    const before = stateOf(dataDir)
    await expect(old.restore()).rejects.toThrow(reason)
    await expect(checkBackup({ file, dataDir, version: '0.0.1' }, never)).rejects.toThrow(
      /cannot be used: The database is .+ Use another backup\.$/,
    )
    expect(stateOf(dataDir)).toEqual(before)
  })

  it('but not a database whose vectors are of another length', async () => {
    const other = changed(
      (connection) => passageIndex(connection).ensureVectorTable(384, 'another'),
      NEWER_DATABASE,
    )
    writeFileSync(file, tarball(archive({ ...GOOD, 'appliance.db': other })))
    expect(await checkBackup({ file, dataDir, version: '0.0.1' }, never)).toMatchObject({ sources: 2 })
  })

  describe.each(['../../precious', '/tmp/precious', 'f/../../precious', '..'])(
    'a database that names %s as an upload',
    (storedFile) => {
      it.each(['ready', 'deleting'])('of a source that is %s, excused by its list', async (status) => {
        const crafted = changed((connection) => {
          connection
            .prepare('update source set stored_file = ?, status = ? where stored_file is not null')
            .run(storedFile, status)
        })
        const before = stateOf(dataDir)
        for (const missing of [[], [storedFile]]) {
          const list = { missing_uploads: missing }
          writeFileSync(file, tarball(archive({ ...GOOD, 'appliance.db': crafted }, list)))
          await expect(old.restore()).rejects.toThrow(/not the name of an upload|what none is called/)
          await expect(checkBackup({ file, dataDir, version: '0.0.1' }, never)).rejects.toThrow()
        }
        expect(stateOf(dataDir)).toEqual(before)
      })
    },
  )

  it('what is not there, or a folder', async () => {
    await expect(old.restore()).rejects.toThrow(`There is no file ${file}: name a backup.`)
    await expect(restoreBackup({ file: out, dataDir, version: '0.0.1' }, never)).rejects.toThrow(
      `${out} is not a file: name a backup.`,
    )
  })
})

/** A kept database after somebody has laid hands on it. */
function changed(change: (connection: Connection) => unknown, base = KEPT_DATABASE): Buffer {
  const path = join(out, 'changed.db')
  copyFileSync(base, path)
  const connection = openConnection(path)
  change(connection)
  connection.pragma('journal_mode = delete')
  connection.close()
  const bytes = readFileSync(path)
  rmSync(path)
  return bytes
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
