import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { markdownTable } from './bench/table.js'
import { judged, readCases, type Judged } from './evidence/altered.js'

// How well written sentences are told from false ones: `npm run eval -- sentences [FILE…] [--verbose]`. See docs/evidence.md.

const FILES = ['en', 'fr', 'en-hard', 'fr-hard'].map(
  (language) => new URL(`../../scripts/evidence/altered/${language}.json`, import.meta.url),
)

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', default: false } },
})
const files = positionals.length > 0 ? positionals : FILES
const sentences: Judged[] = []
for (const file of files) sentences.push(...judged(readCases(await readFile(file, 'utf8'))))

const groups = [...new Set(sentences.map(({ language, kind }) => `${language} ${kind}`))].toSorted()
const rows = groups.map((group) => {
  const own = sentences.filter(({ language, kind }) => `${language} ${kind}` === group)
  const passed = own.filter(({ supported }) => supported).length
  return { group, sentences: own.length, passed, share: passed / own.length }
})
process.stdout.write(
  `${markdownTable(
    [
      { heading: 'sentences', of: ({ group }) => group },
      { heading: 'number', of: (row) => row.sentences },
      { heading: 'let pass', of: ({ passed }) => passed },
      { heading: 'share', decimals: 2, of: ({ share }) => share },
    ],
    rows,
  )}\n`,
)
if (values.verbose) {
  for (const { kind, text, supported, doubt } of sentences)
    if (supported !== (kind === 'faithful'))
      process.stdout.write(`${kind}: ${text} (${doubt ?? 'let pass'})\n`)
}
