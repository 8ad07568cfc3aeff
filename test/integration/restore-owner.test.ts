import { execFile, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkBackup } from '#src/backup/restore-backup.js'
import { takeBackup } from '#src/backup/take-backup.js'
import { holdDataFolder } from '#src/store/data-lock.js'
import { openDatabase } from '#src/store/database.js'
import { startGuichet } from '../helpers/guichet.js'
import { archive, GOOD, oldData } from '../helpers/old-data.js'
import { tarball } from '../helpers/tar-block.js'

const never = new AbortController().signal
const CHILD = fileURLToPath(new URL('../fixtures/restore-child.mjs', import.meta.url))
const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
/** Nobody of this machine, who runs Guichet here. */
const SERVICE = 61_234
const isRoot = process.getuid?.() === 0
/** Whether that user can run this build, which may lie in a folder that is closed to others. */
const canRun =
  isRoot &&
  spawnSync(process.execPath, [CLI, '--help'], { uid: SERVICE, gid: SERVICE, cwd: '/', env: {} }).status === 0

let old: Awaited<ReturnType<typeof oldData>>
let out: string
let dataDir: string
let file: string
beforeEach(async () => {
  old = await oldData()
  ;({ out, dataDir, file } = old)
  writeFileSync(file, tarball(archive()))
})
afterEach(() => {
  old.dispose()
})

/** What the user who runs Guichet could not use or remove: whatever is not theirs in a folder that is not theirs. */
function lockedOut(): string[] {
  const owner = (path: string) => lstatSync(path).uid
  return readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dataDir, name))
    .filter((path) => owner(path) !== SERVICE)
    .filter(
      (path) =>
        lstatSync(path).isDirectory() || dirname(path) === dataDir || owner(dirname(path)) !== SERVICE,
    )
}

describe.skipIf(!isRoot)('what the superuser does to the data folder of another', () => {
  beforeEach(() => {
    for (const name of ['', ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' })])
      lchownSync(join(dataDir, name), SERVICE, SERVICE)
  })

  it.each([0, 1, 3, 5])(
    'leaves nothing that locks them out, killed at step %d of a restore',
    async (step) => {
      if (step === 0)
        writeFileSync(file, tarball(archive({ ...GOOD, ['uploads/' + 'e'.repeat(32)]: Buffer.alloc(64e6) })))
      await new Promise<void>((resolve, reject) => {
        execFile(process.execPath, [CHILD, file, dataDir, String(step)], (error) => {
          if (error?.signal === 'SIGKILL') resolve()
          else reject(new Error('It was not killed.', { cause: error }))
        })
      })
      expect(readdirSync(dataDir)).toContain(step === 0 ? 'restore-incoming' : 'restore.json')
      expect(lockedOut()).toEqual([])
    },
  )

  it('leaves nothing either, killed in the middle of a backup', async () => {
    const database = await openDatabase(join(dataDir, 'appliance.db'))
    const insert = database.connection.prepare('insert into setting (key, value) values (?, ?)')
    for (let at = 0; at < 48; at += 1)
      insert.run(`filler-${String(at)}`, JSON.stringify('x'.repeat(1024 ** 2)))
    await database.close()
    const { child, ended } = startGuichet(dataDir, ['backup', join(out, 'new.tar.gz')])
    await expect
      .poll(() => existsSync(join(out, 'new.tar.gz.partial')), { interval: 5, timeout: 10_000 })
      .toBe(true)
    child.kill('SIGKILL')
    await ended
    expect(readdirSync(dataDir)).toContain('backup-work')
    expect(lockedOut()).toEqual([])
  })

  it('is theirs when it is done', async () => {
    await old.restore()
    const data = { dir: dataDir, uploads: join(dataDir, 'uploads'), database: join(dataDir, 'appliance.db') }
    const request = { file: join(out, 'b.tar.gz'), force: false, withKeys: false, version: '0.0.1' }
    await takeBackup({ ...request, data: { ...data, signingKey: join(dataDir, 'signing.key') } }, never)
    await checkBackup({ file, dataDir, version: '0.0.1' }, never)
    const foreign = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
      (name) => lstatSync(join(dataDir, name)).uid !== SERVICE,
    )
    expect(foreign).toEqual([])
  })

  it
    .skipIf(!canRun)
    .each(['appliance.db', 'restore.json', 'appliance.lock', 'uploads', 'restore-incoming', ''])(
    'is told at the next start when it locks them out: "%s"',
    (name) => {
      chownSync(out, SERVICE, SERVICE)
      const path = join(dataDir, name)
      if (name === 'restore-incoming') {
        mkdirSync(path)
        writeFileSync(join(path, 'appliance.db'), '')
      } else if (!existsSync(path)) writeFileSync(path, '{}')
      chownSync(path, 0, 0)
      chmodSync(path, 0o700)
      const { status, stderr } = spawnSync(process.execPath, [CLI, 'restore', file], {
        uid: SERVICE,
        gid: SERVICE,
        cwd: '/',
        env: { DATA_DIR: dataDir },
        encoding: 'utf8',
      })
      expect(stderr).toBe(
        `${path} belongs to root, and user 61234, who runs Guichet, may not use it: give the folder back as root with "chown -R 61234:61234 ${dataDir}", or run Guichet as its owner.\n`.replace(
          '/ belongs',
          ' belongs',
        ),
      )
      expect(status).toBe(1)
    },
  )
})

describe('a check that made its data folder', () => {
  const elsewhere = () => ({ file, dataDir: join(out, 'deep', 'data'), version: '0.0.1' })

  it('removes it, and those above it', async () => {
    await checkBackup(elsewhere(), never)
    expect(existsSync(join(out, 'deep'))).toBe(false)
    expect(existsSync(out)).toBe(true)
  })

  it('removes it after a failure too', async () => {
    writeFileSync(file, 'no backup')
    await expect(checkBackup(elsewhere(), never)).rejects.toThrow(/is no backup/)
    expect(existsSync(join(out, 'deep'))).toBe(false)
  })

  it('leaves it when an appliance began on it meanwhile', async () => {
    const { dataDir: made } = elsewhere()
    let release: (() => void) | undefined
    const free = async () => {
      release = holdDataFolder(made)
      await (await openDatabase(join(made, 'appliance.db'))).close()
      return 1e12
    }
    await checkBackup(elsewhere(), never, free)
    expect(readdirSync(made)).toEqual(expect.arrayContaining(['appliance.db', 'appliance.lock']))
    expect(readdirSync(made)).not.toContain('backup-work')
    release?.()
  })

  it('leaves what somebody put beside it', async () => {
    const free = () => {
      writeFileSync(join(out, 'deep', 'note'), '')
      return Promise.resolve(1e12)
    }
    await checkBackup(elsewhere(), never, free)
    expect(readdirSync(join(out, 'deep'))).toEqual(['note'])
  })
})
