import type { Executor } from './database.js'

export type SettingStore = ReturnType<typeof settingStore>

/** Small facts about the appliance itself, kept as JSON. */
export function settingStore(db: Executor) {
  return {
    /** The value as it was stored; parse it before use. Undefined when it was never set. */
    get: async (key: string): Promise<unknown> => {
      const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
      return row === undefined ? undefined : JSON.parse(row.value)
    },

    set: async (key: string, value: unknown, executor: Executor = db): Promise<void> => {
      const json = JSON.stringify(value)
      await executor
        .insertInto('setting')
        .values({ key, value: json })
        .onConflict((oc) => oc.column('key').doUpdateSet({ value: json }))
        .execute()
    },
  }
}
