// The first process of the room in which Chromium runs: the product is at its own address there, through the hatch.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { openHatch, seal } from './seal.mjs'

const [folder = '', port = '', chromium = '', ...args] = process.argv.slice(2)

seal(folder)
await openHatch({ host: '127.0.0.1', port: Number(port) }, { path: join(folder, 'hatch') })
// @NOTE 3 and 4 are the pipes over which Playwright steers it.
spawn(chromium, args, { stdio: ['inherit', 'inherit', 'inherit', 3, 4] })
  .once('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  .once('exit', (code) => process.exit(code ?? 1))
