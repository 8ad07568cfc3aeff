import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../dist/scripts/eval-extract.js', import.meta.url))

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guichet-eval-extract-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function evaluated(files: Record<string, string | Buffer>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, folder, '--verbose'])
  return stdout
}

/** The cells of the line of one format. */
function line(report: string, format: string): string[] {
  const found = report.split('\n').find((one) => one.startsWith(format))
  return found?.slice(format.length).trim().split(/\s+/) ?? []
}

it('finds expected texts in both layouts, and tells what is recovered by format', async () => {
  const report = await evaluated({
    'one/sources/a.md': '# Prices\n\nA stay of two nights.\n\n| Room | Price |\n| - | - |\n| Blue | 80 |\n',
    'one/groundtruth/a.md.md':
      '# Prices\n\nA [stay](http://example.org/far/away) of two **two** nights.<!-- gone -->\n\n' +
      '| Room | Price |\n| - | - |\n| Blue | 80 |\n| Red | 90 |\n',
    'two/b.txt': 'Open on Mondays.\n\nClosed on Sundays.',
    'two/expected_outputs/b.md': '# Opening hours\n\nOpen on Mondays. Closed on Sundays.',
    'two/noise.bin': Buffer.from([0, 1, 2, 3, 200, 201, 0, 0]),
  })
  // Of "prices a stay of two two nights room price blue 80 red 90", "two", "red" and "90" are missing.
  expect(line(report, 'text/markdown').slice(0, 8)).toEqual([
    '1',
    '1',
    '0',
    '1',
    '0.769',
    '0.769',
    '0.667',
    '1.000',
  ])
  expect(line(report, 'text/plain').slice(0, 8)).toEqual(['1', '1', '0', '1', '0.750', '0.750', '–', '0.000'])
  expect(line(report, 'all').slice(0, 5)).toEqual(['3', '2', '1', '2', '0.762'])
  expect(report).toMatch(/two\/noise\.bin: The file is binary data/)
  expect(report).toMatch(/words 0\.769 of 13; missing: two · red · 90\n/)
})

it('gives an expected text that several files could have to the one it fits', async () => {
  const report = await evaluated({
    'x.txt': 'Nothing of the kind.',
    'x.html': '<h1>Lost keys</h1><p>Ask at the desk.</p>',
    'expected/x.md': '# Lost keys\n\nAsk at the desk.',
  })
  expect(line(report, 'text/html').slice(3, 5)).toEqual(['1', '1.000'])
  expect(line(report, 'text/plain').slice(3, 5)).toEqual(['0', '–'])
})
