#!/usr/bin/env node
// `npx guichet …` and `npm run guichet -- …`: the command line, installed and built first when it is stale.
import { loadEnvironmentFile, ROOT, setUp } from './setup.mjs'

// @NOTE npm sets it to the folder a command was typed in, which is where a file it names is meant to be.
process.env['INIT_CWD'] ??= process.cwd()
// @NOTE where `npm start` runs, so that both read the same data, from whichever folder they are called.
process.chdir(ROOT)
await setUp()
loadEnvironmentFile()
await import('../dist/src/cli/main.js')
