import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { modelsDir } from '../helpers/real-appliance.js'

const SIZING = fileURLToPath(new URL('../../dist/scripts/bench-sizing.js', import.meta.url))
const RUN_MS = 170_000

/** The rows of every table of a text, each as its cells by heading. */
function tables(markdown: string): Record<string, string>[][] {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  return [...markdown.matchAll(/^\|.*\|\n\|[ :|-]+\|\n((?:\|.*\|\n?)*)/gm)].map(([table, body = '']) => {
    const headings = cells(table.split('\n')[0]!)
    const rows = body.trim().split('\n').map(cells)
    return rows.map((row) => Object.fromEntries(headings.map((heading, at) => [heading, row[at] ?? ''])))
  })
}

it('measures an appliance at two sizes, with every cell filled', async () => {
  const models = modelsDir()
  const small = ['--passages', '10,30', '--questions', '5', '--clients', '1,2', '--no-writing']
  const { stdout } = await promisify(execFile)(process.execPath, [SIZING, ...small, '--models', models], {
    timeout: RUN_MS,
  })

  const [disk = [], memory = [], levels = []] = tables(stdout)
  expect([disk.length, memory.length, levels.length]).toEqual([2, 2, 4])
  expect(Number(disk[0]!['passages'])).toBeGreaterThanOrEqual(10)
  expect(Number(disk[1]!['passages'])).toBeGreaterThanOrEqual(30)
  expect(Number(disk[1]!['uploads MB'])).toBeGreaterThan(0)
  // @NOTE only Linux tells of another process's memory.
  if (process.platform === 'linux') expect(stdout).not.toContain('–')
  expect(levels.map((row) => row['at once'])).toEqual(['1', '2', '1', '2'])
  expect(levels.map(({ failed }) => failed)).toEqual(['0', '0', '0', '0'])
  expect(levels.every(({ quoted }) => Number(quoted) > 0)).toBe(true)
})
