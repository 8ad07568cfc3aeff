import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { BundleError } from '../../src/bundle/bundle-error.js'
import { readPrivateKey } from '../../src/bundle/signature.js'
import { verifyArchive } from '../../src/bundle/verify-archive.js'
import { carryModels, type CarriedModel } from './carry-models.js'
import { softwareBill } from './sbom.js'
import { sealFiles, sealFolder } from './seal.js'
import { writeArchive } from './write-archive.js'

export interface BundleOptions {
  /** The project. */
  root: string
  /** An assembled folder, named as it shall be in the archive. */
  folder: string
  /** The packages in it, by their paths below node_modules. */
  packages: string[]
  /** npm's command line. */
  npm: string[]
  version: string
  gpu: string
  /** Ids; empty: those an appliance here would use; undefined: none. */
  models: string[] | undefined
  /** The private key's file; undefined: not signed. */
  key: string | undefined
  /** Where the archive and what belongs to it are written to. */
  out: string
  withNode: boolean
  created: Date
  /** The commit, where it is known. */
  revision: string | undefined
}

export interface MadeBundle {
  archive: string
  bytes: number
  files: number
  models: CarriedModel[]
  /** All that is to be carried, the archive first. */
  written: string[]
}

/** Lies beside the archive, for machines that have Node and no zstd. */
const UNPACK_PROGRAM = 'guichet-unpack.mjs'

/**
 * Makes an assembled folder a bundle and packs it; what was written is read back before it is said to be done.
 * @throws BundleError in one sentence when something is missing
 */
export async function makeBundle(options: BundleOptions): Promise<MadeBundle> {
  const { folder, out, created } = options
  const key = options.key === undefined ? undefined : readPrivateKey(options.key)
  const models = options.models === undefined ? [] : await carryModels(options.models, join(folder, 'models'))
  const name = nameOf(options)
  putFiles(options, name, models)
  if (options.withNode) putNode(folder)
  const node = { version: process.versions.node, included: options.withNode }
  writeJson(join(folder, 'sbom.cdx.json'), await softwareBill({ ...options, models, node }))
  const files = await sealFolder(folder, key)

  const archive = join(out, `${name}.tar.zst`)
  const unfinished = `${archive}.part`
  await writeArchive(dirname(folder), basename(folder), unfinished, created)
  renameSync(unfinished, archive)
  const program = join(out, UNPACK_PROGRAM)
  await buildUnpackProgram(program)
  const sealed = await sealFiles([archive, program], key)
  await readBack(archive)
  return { archive, bytes: statSync(archive).size, files, models, written: [archive, ...sealed, program] }
}

function nameOf({ version, gpu }: BundleOptions): string {
  const variant = gpu === 'none' ? '' : `-${gpu}`
  return `guichet-${version}-${process.platform}-${process.arch}${variant}`
}

function putFiles(options: BundleOptions, name: string, models: CarriedModel[]): void {
  const { root, folder, version, withNode } = options
  const carried = join(root, 'scripts/bundle/carried')
  for (const file of ['start.mjs', 'guichet.mjs', 'launch.mjs'])
    copyFileSync(join(carried, file), join(folder, file))
  copyFileSync(join(root, '.env.example'), join(folder, '.env.example'))
  const launcher = readFileSync(join(carried, 'launch.sh'), 'utf8')
  for (const program of ['start', 'guichet']) {
    writeFileSync(join(folder, program), launcher.replaceAll('@PROGRAM@', `${program}.mjs`))
    chmodSync(join(folder, program), 0o755)
  }
  const words: Record<string, string> = {
    VERSION: version,
    PLATFORM: process.platform,
    ARCH: process.arch,
    NODE: process.versions.node,
    NAME: name,
    WITHNODE: withNode ? ' (one is in bin/)' : '',
    AVECNODE: withNode ? ' (il y en a un dans bin/)' : '',
  }
  const sheet = readFileSync(join(carried, 'README.txt'), 'utf8')
  writeFileSync(
    join(folder, 'README.txt'),
    sheet.replace(/@([A-Z]+)@/g, (_, word: string) => words[word] ?? ''),
  )
  writeJson(join(folder, 'bundle.json'), {
    name: 'guichet',
    version,
    platform: process.platform,
    arch: process.arch,
    node: { version: process.versions.node, abi: process.versions.modules, included: withNode },
    gpu: options.gpu,
    created: options.created.toISOString(),
    ...(options.revision !== undefined && { revision: options.revision }),
    models: models.map(({ id, role }) => ({ id, role })),
  })
}

/** A Node that is one large file has all it needs in itself; a distribution's may lean on the system's libraries. */
const WHOLE_NODE_BYTES = 40 * 1024 * 1024

function putNode(folder: string): void {
  const { execPath } = process
  if (statSync(execPath).size < WHOLE_NODE_BYTES)
    throw new BundleError(
      `${execPath} needs libraries of this system: run "npm run bundle" with a Node from nodejs.org, or leave out --with-node.`,
    )
  const prefix = dirname(dirname(execPath))
  const licence = [join(prefix, 'LICENSE'), join(prefix, 'share/doc/nodejs/LICENSE')].find(existsSync)
  if (licence === undefined)
    throw new BundleError(
      `The licence of ${execPath} is not beside it, and Node may not be passed on without.`,
    )
  mkdirSync(join(folder, 'bin'))
  copyFileSync(execPath, join(folder, 'bin/node'))
  chmodSync(join(folder, 'bin/node'), 0o755)
  copyFileSync(licence, join(folder, 'bin/node.LICENSE'))
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

/** Everything that unpacking takes, in one file of JavaScript. */
async function buildUnpackProgram(file: string): Promise<void> {
  const work = `${file}.build`
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('./unpack-program.js', import.meta.url)),
      outDir: work,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: UNPACK_PROGRAM } },
    },
    ssr: { noExternal: true },
  })
  renameSync(join(work, UNPACK_PROGRAM), file)
  rmSync(work, { recursive: true })
}

async function readBack(archive: string): Promise<void> {
  const { ok, failures } = await verifyArchive(archive)
  if (!ok) throw new BundleError(`${archive} could not be read back: ${failures.join(' ')}`)
}
