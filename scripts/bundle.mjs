// `npm run bundle`: all that an appliance needs in one archive, for machines without a network. See scripts/README.md.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { assemble, GPU_VARIANTS, packages } from './assemble.mjs'
import { npmCommand, orExplain, ROOT, setUp } from './setup.mjs'
import { StepError } from './steps.mjs'

const USAGE = `Usage: npm run bundle -- [--key guichet-signing.key] [--models ID,ID… | --no-models]
  [--gpu ${Object.keys(GPU_VARIANTS).join('|')}] [--with-node] [--out FOLDER]`

function options() {
  try {
    const { values } = parseArgs({
      options: {
        out: { type: 'string', default: join(ROOT, 'dist/bundle') },
        gpu: { type: 'string', default: 'none' },
        models: { type: 'string', multiple: true, default: [] },
        'no-models': { type: 'boolean', default: false },
        key: { type: 'string' },
        'with-node': { type: 'boolean', default: false },
      },
    })
    if (!(values.gpu in GPU_VARIANTS)) throw new Error(`"${values.gpu}" is no graphics interface.`)
    return values
  } catch (error) {
    throw new StepError(`${/** @type {Error} */ (error).message}\n${USAGE}`)
  }
}

/** @param {string[]} args */
function git(...args) {
  try {
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    // Sources without their history are as good.
    return undefined
  }
}

/** When the content was written rather than packed, so that packing again gives the same archive. */
function created() {
  const seconds = process.env['SOURCE_DATE_EPOCH'] ?? git('log', '-1', '--format=%ct')
  return seconds ? new Date(Number(seconds) * 1000) : new Date()
}

function revision() {
  const commit = git('rev-parse', 'HEAD')
  return commit && `${commit}${git('status', '--porcelain') ? ', with changes' : ''}`
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

await orExplain(async () => {
  const values = options()
  await setUp()
  const { makeBundle } = await import('../dist/scripts/bundle/make-bundle.js')
  const { BundleError } = await import('../dist/src/bundle/bundle-error.js')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const out = resolve(here, values.out)
  mkdirSync(out, { recursive: true })
  // Beside the archive, because models are linked and not copied within one disk.
  const work = mkdtempSync(join(out, '.making-'))
  const gpu = /** @type {import('./assemble.mjs').Gpu} */ (values.gpu)
  const folder = join(work, `guichet-${version}`)
  try {
    process.stdout.write('Putting together the program, its packages and the models …\n')
    assemble(folder, gpu)
    const made = await makeBundle({
      root: ROOT,
      folder,
      packages: packages(gpu),
      npm: npmCommand(),
      version,
      gpu,
      models: values['no-models']
        ? undefined
        : values.models.flatMap((ids) => ids.split(',')).filter(Boolean),
      key: values.key && resolve(here, values.key),
      out,
      withNode: values['with-node'],
      created: created(),
      revision: revision(),
    })
    const models = made.models.map(({ id }) => id).join(', ') || 'none'
    process.stdout.write(`${made.files} files, ${megabytes(made.bytes)}; models: ${models}. To be carried:\n`)
    for (const file of made.written) process.stdout.write(`  ${file}\n`)
    if (values.key === undefined)
      process.stderr.write(
        'NOT SIGNED: nobody can tell who made this bundle. Make a key pair with "npm run guichet -- bundle keygen" and name the private key with --key.\n',
      )
  } catch (error) {
    throw error instanceof BundleError ? new StepError(error.message) : error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
})
