// `npm run eval -- [retrieval|evidence|desk|sentences|extract] …`: measures quality; builds first what is stale.
import { setUp } from './setup.mjs'

/** What is measured, and by which script; retrieval unless named. */
const SCRIPTS = new Map([
  ['retrieval', '../dist/scripts/eval.js'],
  ['evidence', '../dist/scripts/eval-evidence.js'],
  ['desk', '../dist/scripts/eval-desk.js'],
  ['sentences', '../dist/scripts/eval-sentences.js'],
  ['extract', '../dist/scripts/eval-extract.js'],
])

// @NOTE as src/main.ts does, before onnxruntime is loaded: measuring reports to nobody either.
process.env['ORT_DISABLE_TELEMETRY'] = '1'
// `--extract FOLDER` is `extract FOLDER`.
if (process.argv[2] === '--extract') process.argv[2] = 'extract'
const script = SCRIPTS.get(process.argv[2] ?? '')
if (script !== undefined) process.argv.splice(2, 1)
await setUp()
await import(script ?? '../dist/scripts/eval.js')
