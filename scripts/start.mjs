// `npm start`: from a fresh clone to a listening server. See scripts/README.md.
import { loadEnvironmentFile, ROOT, setUp } from './setup.mjs'

process.chdir(ROOT)
await setUp()
loadEnvironmentFile()
// @NOTE in this process, so that the signals of a terminal or a service manager reach the server itself.
await import('../dist/src/main.js')
