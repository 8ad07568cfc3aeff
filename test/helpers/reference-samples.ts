import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { curl, type CurlAnswer } from './curl.js'

/** The samples of the API's reference, word for word; only the host is one that nobody has. */
const FOLDER = fileURLToPath(new URL('../conformance/reference/', import.meta.url))
const HOST = 'https://guichet.example'
const LIMIT_MS = 60_000
const run = promisify(execFile)

/** What is put in the place of a sample's placeholders: `{ 'assistant-uuid': '…' }`. */
export type Swaps = Record<string, string>

/** Runs the reference's samples against an appliance. */
export class ReferenceSamples {
  /**
   * @param origin what takes the place of the reference's host
   * @param folder where commands are run: files they upload lie there
   */
  constructor(
    private readonly origin: string,
    private readonly folder: string,
  ) {}

  /** Runs a curl command in a shell, and gives its answer. */
  async curl(name: string, swaps: Swaps = {}): Promise<CurlAnswer> {
    return curl(await this.read(`${name}.sh`, swaps), this.folder)
  }

  /**
   * Runs a script of the reference in a Node of its own.
   * @param before code that gives it what it takes for granted
   * @param after code that prints one JSON value, which is given back
   * @throws when the script does
   */
  async script(name: string, before: string, after: string, swaps: Swaps = {}): Promise<unknown> {
    const folder = await mkdtemp(join(tmpdir(), 'guichet-sample-'))
    try {
      const file = join(folder, 'sample.mjs')
      await writeFile(file, `${before}\n${await this.read(`${name}.js`, swaps)}\n${after}\n`)
      const { stdout } = await run(process.execPath, [file], { timeout: LIMIT_MS })
      return JSON.parse(stdout) as unknown
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  private async read(file: string, swaps: Swaps): Promise<string> {
    const text = await readFile(join(FOLDER, file), 'utf8')
    return Object.entries({ [HOST]: this.origin, ...swaps }).reduce(
      (sample, [from, to]) => sample.replaceAll(from, to),
      text.trimEnd(),
    )
  }
}
