// `npm run bench -- sizing|replies|http|retrieval|kill …`: measures a whole appliance's size and speed; builds first what is stale.
import { setUp } from './setup.mjs'

const SCRIPTS = new Map([
  ['sizing', '../dist/scripts/bench-sizing.js'],
  ['replies', '../dist/scripts/bench-replies.js'],
  ['http', '../dist/scripts/bench-http.js'],
  ['kill', '../dist/scripts/bench-kill.js'],
  ['retrieval', '../dist/scripts/bench-retrieval.js'],
])

const script = SCRIPTS.get(process.argv[2] ?? '')
if (script === undefined) {
  process.stderr.write(`Usage: npm run bench -- ${[...SCRIPTS.keys()].join('|')} [--help]\n`)
  process.exit(2)
}
process.argv.splice(2, 1)
await setUp()
await import(script)
