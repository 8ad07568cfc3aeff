#!/usr/bin/env node
// `npx guichet …` and `npm run guichet -- …`: the command line, installed and built first when it is stale.
import { loadEnvironmentFile, setUp } from './setup.mjs'

await setUp()
loadEnvironmentFile()
await import('../dist/src/cli/main.js')
