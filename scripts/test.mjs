// `npm test [-- TIER…] [FILE…]`: sets up, then runs every check and test. See scripts/README.md.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, checkNode, install, orExplain, PAGES, ROOT, toolCommand } from './setup.mjs'
import { runVisibly } from './steps.mjs'
import { missingForRooms } from '../test/airgap/needs.mjs'

const TIERS = ['checks', 'unit', 'integration', 'conformance', 'model', 'browser', 'airgap']
/** Builds a container image and so takes minutes: runs when it is named, or when REQUIRE_IMAGE=1. */
const IMAGE = 'image'
/** What that builds and runs with. */
const IMAGE_TOOLS = ['buildah', 'podman', 'runc', 'debootstrap', 'nsenter']
/** What the tiers from the model tests on read: both come from the npm registry, so that it runs on a closed network too. */
const TEST_MODELS = ['all-MiniLM-L6-v2', 'tinyllama-1.1b-chat-iq2_xxs']
const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** @type {{ name: string, passed: number, failed: number }[]} */
const results = []

/**
 * @param {string} name
 * @param {string[]} command
 */
async function check(name, command) {
  process.stdout.write(`\n— ${name}\n`)
  const good = await runVisibly(command, { cwd: ROOT })
  results.push({ name, passed: good ? 1 : 0, failed: good ? 0 : 1 })
  return good
}

async function runChecks() {
  await check('format', toolCommand('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']))
  await check('lint', toolCommand('eslint/bin/eslint.js', ['-c', 'scripts/eslint.config.js', '.']))
  const tsc = 'typescript/bin/tsc'
  await check('types', toolCommand(tsc, ['-p', 'tsconfig.json', '--noEmit']))
  for (const page of PAGES)
    await check(`types of the ${page}`, toolCommand(tsc, ['-p', `src/${page}/tsconfig.json`, '--noEmit']))
}

/**
 * Runs one vitest project and counts its tests. A file that cannot even be loaded counts as one failure.
 * @param {string} tier
 * @param {string[]} files
 * @param {NodeJS.ProcessEnv} [env]
 */
async function runTier(tier, files, env = process.env) {
  process.stdout.write(`\n— ${tier} tests\n`)
  const folder = mkdtempSync(join(tmpdir(), 'guichet-test-'))
  const report = join(folder, 'report.json')
  const args = ['run', '--config', 'test/vitest.config.ts', '--project', tier, '--passWithNoTests']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const good = await runVisibly(toolCommand('vitest/vitest.mjs', [...args, ...reporters, ...files]), {
    cwd: ROOT,
    env,
  })
  const counted = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  rmSync(folder, { recursive: true, force: true })
  const failed = counted.numFailedTests ?? 0
  results.push({
    name: `${tier} tests`,
    passed: counted.numPassedTests ?? 0,
    failed: good ? failed : Math.max(failed, 1),
  })
}

/** @type {Promise<boolean> | undefined} */
let models

/** Whether the models that tests read are there; fetches them the first time it is asked. */
function testModels() {
  const command = [process.execPath, 'dist/src/cli/main.js', 'models', 'fetch', ...TEST_MODELS]
  models ??= check('models', command)
  return models
}

/** @param {string[]} files */
async function runModelTier(files) {
  if (await testModels()) await runTier('model', files)
}

function chromium() {
  return [process.env['CHROMIUM'], ...CHROMIUMS].find((path) => path && existsSync(path))
}

/**
 * Runs a tier that needs more of the machine than Node, or says why it cannot.
 * @param {string} tier
 * @param {string[]} files
 * @param {string | undefined} missing why not, as the end of a sentence
 */
async function runDemandingTier(tier, files, missing) {
  if (missing === undefined) {
    if (await testModels()) await runTier(tier, files, { ...process.env, CHROMIUM: chromium() })
    return
  }
  process.stdout.write(`\n${tier} tests skipped: ${missing}\n`)
  if (process.env[`REQUIRE_${tier.toUpperCase()}`] === '1')
    results.push({ name: `${tier} tests`, passed: 0, failed: 1 })
}

/** What is missing for building and running containers here. */
function imageNeeds() {
  if (process.platform !== 'linux') return 'they need Linux'
  if (process.getuid?.() !== 0) return 'they need the superuser'
  const absent = IMAGE_TOOLS.filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
  return absent.length === 0
    ? undefined
    : `they need ${absent.join(', ')} (on Debian: apt-get install -y ${absent.join(' ')})`
}

function summary() {
  process.stdout.write('\n')
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  for (const result of results) {
    process.stdout.write(
      `${result.failed > 0 ? '✗' : '✓'} ${result.name}: ${result.passed} passed, ${result.failed} failed\n`,
    )
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 ? 1 : 0
}

process.chdir(ROOT)
const given = process.argv.slice(2)
const named = [...TIERS, IMAGE].filter((tier) => given.includes(tier))
const byDefault = process.env['REQUIRE_IMAGE'] === '1' ? [...TIERS, IMAGE] : TIERS
const tiers = named.length > 0 ? named : byDefault
const files = given.filter((argument) => ![...TIERS, IMAGE].includes(argument))

await orExplain(async () => {
  checkNode()
  await install()
})
try {
  await build()
  results.push({ name: 'build', passed: 1, failed: 0 })
} catch (error) {
  // @NOTE a type error leaves a runnable build behind, and its tests may say more than the compiler.
  process.stdout.write(`${/** @type {{ output?: string }} */ (error).output ?? String(error)}\n`)
  results.push({ name: 'build', passed: 0, failed: 1 })
}
if (tiers.includes('checks')) await runChecks()
if (tiers.includes('unit')) await runTier('unit', files)
if (tiers.includes('integration')) await runTier('integration', files)
if (tiers.includes('conformance')) await runTier('conformance', files)
if (tiers.includes('model')) await runModelTier(files)
const noChromium = chromium() === undefined ? 'no Chromium' : undefined
if (tiers.includes('browser')) await runDemandingTier('browser', files, noChromium)
if (tiers.includes('airgap')) await runDemandingTier('airgap', files, noChromium ?? missingForRooms())
if (tiers.includes(IMAGE)) await runDemandingTier(IMAGE, files, imageNeeds())
summary()
