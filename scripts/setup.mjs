import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runStep, StepError } from './steps.mjs'

// @NOTE only Node's own modules may be imported here: this file runs before anything is installed.

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OLDEST_NODE = [20, 19]
const INSTALL_STAMP = join(ROOT, 'node_modules', '.guichet-install')

/** @throws {StepError} when the running Node is too old for what is installed. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new StepError(
      `Guichet needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}: install a newer one from your distribution or nodejs.org.`,
    )
  }
}

/** Installs exactly what the lock file says, unless that is what is there already. */
export async function install() {
  const lockFile = join(ROOT, 'package-lock.json')
  if (!existsSync(lockFile)) return
  const wanted = installStamp(lockFile)
  if (existsSync(INSTALL_STAMP) && readFileSync(INSTALL_STAMP, 'utf8') === wanted) return
  if (!installedByHand(lockFile)) await npmCi()
  writeFileSync(INSTALL_STAMP, wanted)
}

/** What is made for browsers: folders of src/ with a vite.config.ts, each built to the folder of its name in dist/. */
export const PAGES = ['page', 'reference']

/** Builds what has changed since it was last built: the server from src/, what is for browsers from its own folders. */
export async function build() {
  await buildStale(
    'server',
    ['src', 'scripts', 'tsconfig.json', 'package-lock.json'],
    'dist/src',
    async () => {
      // @NOTE the compiler writes only what it believes to be changed, and would not miss what is gone.
      if (!existsSync(join(ROOT, 'dist/src'))) rmSync(join(ROOT, 'dist/build.tsbuildinfo'), { force: true })
      await runStep('Building the server', toolCommand('typescript/bin/tsc', ['-p', 'src/tsconfig.json']), {
        cwd: ROOT,
      })
      removeOrphans('src')
      removeOrphans('scripts')
    },
  )
  for (const page of PAGES) await buildPage(page)
}

/** @param {string} page its folder in src/ and in dist/ */
async function buildPage(page) {
  const config = `src/${page}/vite.config.ts`
  if (!existsSync(join(ROOT, config))) return
  // @NOTE the reference wears the page's colours, so a change of these builds both.
  const inputs = [`src/${page}`, 'src/page/styles', 'src/client', 'src/contract', 'package-lock.json']
  await buildStale(page, inputs, `dist/${page}`, () =>
    runStep(`Building the ${page}`, toolCommand('vite/bin/vite.js', ['build', '-c', config]), { cwd: ROOT }),
  )
}

/**
 * Everything needed before the built product can run.
 * Ends the process with one clear sentence when that cannot be had.
 */
export async function setUp() {
  await orExplain(async () => {
    checkNode()
    await install()
    await build()
  })
}

/** Reads `.env` where there is one; what the environment says already wins. */
export function loadEnvironmentFile() {
  const file = join(ROOT, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}

/**
 * Runs a step; a StepError is told in its own words and ends the process.
 * @param {() => Promise<void>} step
 */
export async function orExplain(step) {
  try {
    await step()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    if (error.output) process.stderr.write(`${error.output}\n\n`)
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/**
 * The command line of a tool that is installed here, run by this very Node.
 * @param {string} script its file below node_modules
 * @param {string[]} args
 */
export function toolCommand(script, args) {
  return [process.execPath, join(ROOT, 'node_modules', script), ...args]
}

/** @param {string} lockFile */
function installStamp(lockFile) {
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex')
  return `${lock} ${process.platform}-${process.arch} abi ${process.versions.modules}\n`
}

/**
 * Whether somebody's own `npm ci` or `npm install` has left the very packages of the lock file, usable by this Node.
 * npm writes its hidden lock file only when it has succeeded.
 * @param {string} lockFile
 */
function installedByHand(lockFile) {
  const hidden = join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  const complete = Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
  )
  if (!complete) return false
  const probe = `new (require('better-sqlite3'))(':memory:').close()`
  return spawnSync(process.execPath, ['-e', probe], { cwd: ROOT, stdio: 'ignore' }).status === 0
}

async function npmCi() {
  // @NOTE the hidden install of a failed run must not be taken for a finished one.
  rmSync(INSTALL_STAMP, { force: true })
  const label = 'Installing packages (about two minutes: better-sqlite3 is compiled here)'
  const command = [...npmCommand(), 'ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund']
  try {
    await runStep(label, command, { cwd: ROOT, env: installEnvironment() })
  } catch (error) {
    throw error instanceof StepError ? explainInstall(error) : error
  }
}

/** npm as it runs us, or the one on the PATH. */
export function npmCommand() {
  const { npm_execpath: npm } = process.env
  if (npm && /npm-cli\.c?js$/.test(npm)) return [process.execPath, npm]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

/** A closed machine must not look outside for Node's headers when the running Node has brought them. */
function installEnvironment() {
  const prefix = dirname(dirname(realpathSync(process.execPath)))
  const here = existsSync(join(prefix, 'include', 'node', 'node.h'))
  return here ? { npm_config_nodedir: prefix, ...process.env } : process.env
}

/**
 * @param {StepError} error
 * @returns {StepError} the same failure in words that say what to do
 */
function explainInstall(error) {
  if (!/gyp|better-sqlite3/.test(error.output)) {
    return new StepError(
      'The packages could not be installed; see above, and check that npm reaches its registry.',
      error.output,
    )
  }
  const missing = missingBuildTools()
  if (missing.length === 0)
    return new StepError('better-sqlite3 could not be compiled; see above.', error.output)
  return new StepError(
    `better-sqlite3 must be compiled here and ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing: install ${missing.length > 1 ? 'them' : 'it'} (on Debian: apt-get install -y g++ make python3) and run the same command again.`,
  )
}

function missingBuildTools() {
  /** @type {[string, string[]][]} */
  const tools = [
    ['a C++ compiler', ['c++', 'g++', 'clang++']],
    ['make', ['make', 'gmake']],
    ['python3', ['python3', 'python']],
  ]
  const present = (/** @type {string} */ tool) =>
    spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0
  return tools.filter(([, names]) => !names.some(present)).map(([name]) => name)
}

/**
 * Runs a build unless its inputs are what they were when it last succeeded.
 * @param {string} name
 * @param {string[]} inputs files and folders
 * @param {string} output must exist for the build to count as done
 * @param {() => Promise<unknown>} run
 */
async function buildStale(name, inputs, output, run) {
  const stampFile = join(ROOT, 'dist', `.${name}-stamp`)
  if (!existsSync(join(ROOT, 'src'))) return
  const stamp = hashOf(inputs, name === 'server')
  const done = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  if (done && existsSync(join(ROOT, output))) return
  mkdirSync(join(ROOT, 'dist'), { recursive: true })
  await run()
  writeFileSync(stampFile, stamp)
}

/**
 * @param {string[]} inputs
 * @param {boolean} withoutPages the server's build does not see what is for browsers
 */
function hashOf(inputs, withoutPages) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of filesIn(join(ROOT, input))) {
      if (withoutPages && PAGES.some((page) => file.startsWith(join(ROOT, 'src', page, '/')))) continue
      hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} path a file or a folder
 * @returns {string[]} the files in it, sorted
 */
function filesIn(path) {
  if (!existsSync(path)) return []
  /** @type {import('node:fs').Dirent[]} */
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch {
    return [path]
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesIn(join(path, entry.name)))
}

/**
 * Removes built files whose source is gone, so that nothing runs that is no longer written.
 * @param {string} folder below the root and below dist/
 */
function removeOrphans(folder) {
  for (const built of filesIn(join(ROOT, 'dist', folder))) {
    const source = built.slice(join(ROOT, 'dist').length + 1).replace(/(\.d\.ts|\.js(\.map)?)$/, '.ts')
    const known =
      source.endsWith('.ts') && ['', 'x'].some((suffix) => existsSync(join(ROOT, source + suffix)))
    if (source.endsWith('.ts') && !known) rmSync(built)
  }
}
