#!/usr/bin/env node
// `npx guichet …` and `npm run guichet -- …`: the command line, installed and built first when it is stale.
import { loadEnvironmentFile, ROOT, setUp } from './setup.mjs'

// Where the person is, for the paths they name; npm says it when it runs us.
process.env['INIT_CWD'] ??= process.cwd()
// @NOTE where `npm start` runs, so that both read the same data, from whichever folder they are called.
process.chdir(ROOT)
await setUp()
loadEnvironmentFile()
await import('../dist/src/cli/main.js')
