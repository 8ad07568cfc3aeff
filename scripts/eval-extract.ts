import { parseArgs } from 'node:util'
import { readAll } from './extract/read-all.js'
import { details, failures, table } from './extract/report.js'

// Measures what is recovered of the files below a folder: `npm run eval -- --extract FOLDER`.

const USAGE = `Reads every file below FOLDER as the product does, and compares it with what is expected of it.
  npm run eval -- --extract FOLDER [--verbose]
Expected texts are Markdown files in a folder "groundtruth", "expected" or "expected_outputs" in the files' folder or
beside it: NAME.EXT.md, or NAME.md. Files without one are only read.
  --verbose   names the files below target with what is missing, and shows warnings
`

const { values, positionals } = parseArgs({
  options: { verbose: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [folder] = positionals
if (folder === undefined) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else {
  await run(folder, values.verbose)
}

async function run(root: string, verbose: boolean): Promise<void> {
  let done = 0
  const outcomes = await readAll(root, () => {
    done += 1
    if (process.stderr.isTTY) process.stderr.write(`\r${String(done)} files read `)
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  print(table(outcomes))
  const failed = failures(outcomes, root)
  print(failed === '' ? '\nEvery file was read.' : `\nCould not be read:\n${failed}`)
  if (verbose) print(`\nBelow target, and warnings:\n${details(outcomes, root)}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
