import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The way by npm, which a clone has and an image or a bundle has not. */
const BY_NPM = fileURLToPath(new URL('../../../scripts/guichet.mjs', import.meta.url))

/** How a command of ours is typed where this Guichet is installed. */
export function commandLine(args: string): string {
  return existsSync(BY_NPM) ? `npm run guichet -- ${args}` : `guichet ${args}`
}
