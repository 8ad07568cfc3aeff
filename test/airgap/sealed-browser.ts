import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext } from 'playwright-core'
import { chromiumPath, launchChromium } from '../browser/chromium.js'
import { UNSHARE } from './needs.mjs'

const BROWSER_ROOM = fileURLToPath(new URL('./browser-room.mjs', import.meta.url))

/**
 * Chromium in a room of its own, so that what it tries by itself is not counted with the server's. In there `origin`
 * is the appliance whose hatch lies in the folder.
 */
export function launchSealed(folder: string, origin: string): Promise<Browser> {
  const command = [
    ...UNSHARE,
    process.execPath,
    BROWSER_ROOM,
    folder,
    new URL(origin).port,
    chromiumPath ?? '',
  ]
  const script = join(folder, 'chromium.sh')
  const quoted = command.map((word) => `'${word.replaceAll(`'`, `'\\''`)}'`).join(' ')
  writeFileSync(script, `#!/bin/sh\nexec ${quoted} "$@"\n`)
  chmodSync(script, 0o755)
  return launchChromium(script)
}

/** All that the pages of a browser profile ask for. */
export interface Watch {
  /** Requests to the appliance, or to nowhere (`data:`, `blob:`). */
  inside: string[]
  /** Requests to anywhere else, also those that a rule of the page stopped. */
  outside: string[]
}

/** Notes every request, web socket and broken content security rule of a browser profile, from now on. */
export function watchRequests(context: BrowserContext, origin: string): Watch {
  const watch: Watch = { inside: [], outside: [] }
  const note = (url: string) => {
    const { protocol, origin: asked } = new URL(url)
    const own = ['data:', 'blob:', 'about:'].includes(protocol) || asked === origin
    ;(own ? watch.inside : watch.outside).push(url)
  }
  context.on('request', (request) => note(request.url()))
  context.on('page', (page) => {
    page.on('websocket', (socket) => note(socket.url().replace(/^ws/, 'http')))
  })
  context.on('console', (said) => {
    if (said.text().includes('Content Security Policy')) watch.outside.push(`stopped: ${said.text()}`)
  })
  return watch
}
