import { monitorEventLoopDelay } from 'node:perf_hooks'
import express from 'express'
import { buildApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { createLogger } from '../../src/log.js'
import { listen, localUrl } from '../../src/startup/serve.js'
import { openDatabase } from '../../src/store/database.js'
import { scriptedEngines } from './scripted-engines.js'

// A server to be measured, in a process of its own: the appliance with scripted engines, or the least that Express can do.

const NANOSECONDS_PER_MS = 1e6
const RESOLUTION_MS = 10

async function appliance(): Promise<string> {
  const config = readConfig(process.env)
  const log = createLogger('silent', false)
  const app = buildApp(config, await openDatabase(config.data.database), scriptedEngines(), log)
  const server = await listen(app.handler, 0, '127.0.0.1')
  await app.begin()
  return localUrl(server)
}

/** Answers every path with so many bytes of JSON. */
async function bare(): Promise<string> {
  const app = express()
  app.disable('x-powered-by')
  app.get('/:bytes', (req, res) => {
    res.json({ filler: 'x'.repeat(Math.max(0, Number(req.params.bytes) - '{"filler":""}'.length)) })
  })
  return localUrl(await listen(app, 0, '127.0.0.1'))
}

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
// Asked for the event loop's delay since it was last asked, in ms.
process.on('message', () => {
  const [p99, max] = [delay.percentile(99), delay.max].map((value) => value / NANOSECONDS_PER_MS)
  delay.reset()
  process.send?.({ p99, max })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url: await (process.argv[2] === 'bare' ? bare() : appliance()) })
