import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Whether this is a clone with npm's scripts, which an image and a bundle are not: nothing is ever installed there. */
export const IN_CLONE = existsSync(fileURLToPath(new URL('../../../scripts/guichet.mjs', import.meta.url)))

/** How a command of ours is typed where this Guichet is installed. */
export function commandLine(args: string): string {
  return IN_CLONE ? `npm run guichet -- ${args}` : `guichet ${args}`
}
