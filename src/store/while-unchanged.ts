import type { Connection } from './database.js'

const MOST = 1000

/** Rows that every request asks for, read again only after something in the database has changed, whoever changed it. */
export class WhileUnchanged<T> {
  readonly #known = new Map<string, T>()
  readonly #version
  readonly #changes
  #mark = ''

  constructor(connection: Connection) {
    // By other connections, and by this one: https://sqlite.org/pragma.html#pragma_data_version.
    this.#version = connection.prepare<[], number>('pragma data_version').pluck()
    this.#changes = connection.prepare<[], number>('select total_changes()').pluck()
  }

  /** What `load` gives for the key, or gave when nothing has changed since. */
  async get(key: string, load: (key: string) => Promise<T>): Promise<T> {
    const before = this.#now()
    if (this.#mark === before && this.#known.has(key)) return this.#known.get(key) as T
    const value = await load(key)
    // @NOTE what changed while it was read, or waited for a transaction, may not be in it.
    if (this.#now() !== before) return value
    if (this.#mark !== before || this.#known.size >= MOST) this.#known.clear()
    this.#mark = before
    this.#known.set(key, value)
    return value
  }

  #now(): string {
    return `${String(this.#version.get())} ${String(this.#changes.get())}`
  }
}
