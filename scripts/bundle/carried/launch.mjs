// What start.mjs and guichet.mjs do first. Only Node's own modules: whether more can be loaded is what is found out.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const COMPILED = join(HERE, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node')
/** Folders of the product, which lie in the bundle unless they are named. */
const FOLDERS = { DATA_DIR: 'data', MODELS_DIR: 'models' }

/** Ends the process with one sentence where this bundle cannot run; else reads `.env` and sets what a bundle needs. */
export function prepare() {
  const problem = mismatch(JSON.parse(readFileSync(join(HERE, 'bundle.json'), 'utf8')))
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`)
    process.exit(1)
  }
  settings()
}

/**
 * Why this machine is not the one that the bundle was made for.
 * @param {{ platform: string, arch: string, node: { version: string, abi: string } }} bundle
 */
function mismatch({ platform, arch, node }) {
  if (platform !== process.platform || arch !== process.arch)
    return `This bundle is for ${platform} on ${arch}, and this machine is ${process.platform} on ${process.arch}: bring the bundle made for it.`
  if (node.abi !== process.versions.modules)
    return `This bundle was made for Node ${node.version.split('.')[0]} (modules of version ${node.abi}), and this is Node ${process.versions.node} (${process.versions.modules}): install Node ${node.version}, or bring a bundle made with the Node of this machine or one made with --with-node.`
  const [, minor = 0] = process.versions.node.split('.').map(Number)
  if (process.versions.node.startsWith('20.') && minor < 19)
    return `Guichet needs Node 20.19 or newer; this is ${process.versions.node}: install Node ${node.version}.`
  try {
    createRequire(import.meta.url)(COMPILED)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `better-sqlite3 was compiled for another system than this one (${reason}): make the bundle on a system as old as this one, or unpack it again if a file is missing.`
  }
  return undefined
}

/** The real environment wins over `.env`; folders named there are meant from the bundle, not from where one stands. */
function settings() {
  const { env } = process
  const named = Object.keys(FOLDERS).filter((name) => env[name])
  const file = join(HERE, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
  for (const [name, folder] of Object.entries(FOLDERS)) {
    if (!named.includes(name)) env[name] = resolve(HERE, env[name]?.trim() || folder)
  }
  // Nothing is looked for outside unless somebody asks for it.
  env['MODEL_FETCH'] ||= 'false'
}
