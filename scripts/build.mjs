// `npm run build`: installs and builds what is stale, and nothing else.
import { setUp } from './setup.mjs'

await setUp()
