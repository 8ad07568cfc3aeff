import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PATHS = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Where Chromium is on this machine; undefined when there is none. */
export const chromiumPath = PATHS.find((path) => path !== undefined && existsSync(path))

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
]

/** A Chromium that can reach nothing but this machine; `path` may be a script that starts it elsewhere. */
export function launchChromium(path = chromiumPath): Promise<Browser> {
  if (!path) throw new Error('Chromium is not installed.')
  return chromium.launch({ executablePath: path, args: ARGUMENTS })
}
