import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { modelsDir } from '../helpers/real-appliance.js'
import { CANTEEN_TXT, KETTLE_MD } from '../helpers/real-documents.js'
import { tinyPdf } from '../helpers/tiny-pdf.js'

const KILL = fileURLToPath(new URL('../../dist/scripts/bench-kill.js', import.meta.url))
const RUN_MS = 280_000
const TIMES = 4

const folder = mkdtempSync(join(tmpdir(), 'kill-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Thirty small files of several kinds, some of which cannot be read. */
function furnish(): void {
  mkdirSync(join(folder, 'more'))
  for (let at = 0; at < 6; at += 1) {
    const files: Record<string, string | Buffer> = {
      'kettle.md': `# Part ${String(at)}\n\n${KETTLE_MD}`,
      'canteen.txt': `${CANTEEN_TXT}\nNuméro ${String(at)}.`,
      'page.html': `<!doctype html><html><body><h1>Page ${String(at)}</h1><p>The lift of hall ${String(at)} is out of order.</p></body></html>`,
      'book.pdf': tinyPdf([
        [{ text: `Hall ${String(at)} opens at nine.`, y: 700 }],
        [{ text: 'It closes at six.', y: 700 }],
      ]),
      'more/broken.pdf': `%PDF-1.7\nnothing of a PDF follows, ${String(at)}`,
    }
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, name.replace('.', `-${String(at)}.`)), content)
  }
}

it('ends as an undisturbed load does, wherever kill -9 meets it', { timeout: RUN_MS }, async () => {
  furnish()
  const args = ['--folder', folder, '--times', String(TIMES), '--seed', '7', '--models', modelsDir()]
  const { stdout } = await promisify(execFile)(process.execPath, [KILL, ...args], { timeout: RUN_MS })
  expect(stdout).toMatch(/^files 30, of which failed 6; passages \d{2,}\n/)
  expect(Number(/killed (\d+) times/.exec(stdout)?.[1])).toBeGreaterThan(0)
  expect(stdout).toMatch(/\nequal\n$/)
})
