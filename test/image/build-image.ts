import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { buildMounts, command, ROOT } from './sandbox.js'

/** better-sqlite3 is compiled in it. */
const BUILD_MS = 1_200_000
/** What a checkout does not bring. */
const NOT_COMMITTED = ['.git', '.cache', 'node_modules', 'dist', 'data', 'coverage', '.env']
/** What lies about in a folder that is worked in, and what none of it may carry into an image. */
export const PLANTED = 'planted-and-not-for-the-image'
const LYING_ABOUT = [
  '.env',
  '.git/config',
  'data/appliance.db',
  'models/own.gguf',
  'node_modules/left/index.js',
  'dist/src/old.js',
]

export type Target = 'cpu' | 'cuda'

/** The name of a target's image in our storage. */
export const nameOf = (target: Target) => `localhost/guichet:${target}`

/** Builds a target from a clean copy of the tree in which what must stay outside lies about. */
export async function buildImage(target: Target): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'guichet-context-'))
  try {
    copyTree(context)
    const how = ['bud', '--layers', '--pull-never', '--isolation', 'chroot', '--format', 'docker']
    const args = [...how, ...(await buildMounts()), '--target', target, '--tag', nameOf(target), context]
    await command('buildah', args, BUILD_MS)
  } finally {
    rmSync(context, { recursive: true })
  }
}

function copyTree(to: string): void {
  cpSync(ROOT, to, {
    recursive: true,
    preserveTimestamps: true,
    filter: (file) => {
      const [top = '', name] = relative(ROOT, file).split(sep)
      return (
        !NOT_COMMITTED.includes(top) && (top !== 'models' || name === undefined || name === 'manifest.json')
      )
    },
  })
  for (const file of LYING_ABOUT) {
    mkdirSync(join(to, file, '..'), { recursive: true })
    writeFileSync(join(to, file), PLANTED)
  }
}
