import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openConnection, openDatabase } from '#src/store/database.js'
import { WhileUnchanged } from '#src/store/while-unchanged.js'

it('reads again after a change of its own connection, or of another one, and not otherwise', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'guichet-unchanged-'))
  const file = join(dir, 'appliance.db')
  const database = await openDatabase(file)
  const other = openConnection(file)
  onTestFinished(async () => {
    other.close()
    await database.close()
    await rm(dir, { recursive: true, force: true })
  })
  const values = new WhileUnchanged<string | undefined>(database.connection)
  let reads = 0
  const read = () =>
    values.get('key', async (key) => {
      reads += 1
      const row = await database.db
        .selectFrom('setting')
        .select('value')
        .where('key', '=', key)
        .executeTakeFirst()
      return row?.value
    })

  expect([await read(), await read()]).toEqual([undefined, undefined])
  expect(reads).toBe(1)
  await database.db.insertInto('setting').values({ key: 'key', value: '1' }).execute()
  expect([await read(), await read()]).toEqual(['1', '1'])
  expect(reads).toBe(2)
  other.exec(`update setting set value = '2'`)
  expect([await read(), await read()]).toEqual(['2', '2'])
  expect(reads).toBe(3)
  const reading = database.db.transaction().execute(async (tx) => {
    await tx.updateTable('setting').set({ value: '3' }).execute()
  })
  expect(['2', '3']).toContain(await read())
  await reading
  expect(await read()).toBe('3')
})
