import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { finishRestore } from '#src/backup/swap.js'
import { openConnection } from '#src/store/database.js'
import { guichet } from '../helpers/guichet.js'
import { archive, oldData, RESTORED, stateOf, UPLOAD } from '../helpers/old-data.js'
import { RealAppliance } from '../helpers/real-appliance.js'
import { tarball } from '../helpers/tar-block.js'

const CHILD = fileURLToPath(new URL('../fixtures/restore-child.mjs', import.meta.url))

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
    await old.restore({ onStep: (step) => steps.push(step) })
    expect(steps).toEqual(STEPS)
  })

  it.each(STEPS.map((step, at) => [step, at + 1] as const))(
    'is finished after the process was killed with "%s"',
    async (_step, at) => {
      const { 'signing.key': _kept, ...before } = stateOf(dataDir)
      await killedAt(at)
      const finished = await finishRestore(dataDir)
      expect(finished === undefined).toBe(at === STEPS.length)
      expect(old.now()).toEqual(RESTORED)
      expect(stateOf(join(dataDir, old.asides()[0] ?? ''))).toEqual(before)
      expect(readdirSync(dataDir)).not.toContain('restore-incoming')
      expect(readdirSync(dataDir)).not.toContain('restore.json')
      expect(await finishRestore(dataDir)).toBeUndefined()
      expect(old.now()).toEqual(RESTORED)
    },
  )

  it.each(STEPS.slice(0, -1))('is undone when it fails after "%s"', async (step) => {
    const before = stateOf(dataDir)
    const onStep = (done: string) => {
      if (done === step) throw new Error('the disk is gone')
    }
    await expect(old.restore({ onStep })).rejects.toThrow(
      /could not be replaced \(the disk is gone\) and are as they were before/,
    )
    expect(stateOf(dataDir)).toEqual(before)
    expect(old.asides()).toEqual([])
    await old.restore()
    expect(old.now()).toEqual(RESTORED)
  })

  it('is finished by the next restore, which then takes its own turn', async () => {
    await killedAt(4)
    await old.restore()
    expect(old.now()).toEqual(RESTORED)
    expect(old.asides()).toHaveLength(2)
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
