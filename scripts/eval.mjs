// `npm run eval -- …`: the retrieval measurements of scripts/eval.ts, built first when they are stale.
import { setUp } from './setup.mjs'

await setUp()
await import('../dist/scripts/eval.js')
