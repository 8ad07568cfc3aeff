// The part of the project that runs, in a folder of its own: what the container image and the offline bundle hold.
// `node scripts/assemble.mjs FOLDER [--gpu none|vulkan|cuda|cuda12|cuda13|all]`. See scripts/README.md.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { orExplain, PAGES, ROOT, setUp } from './setup.mjs'
import { StepError } from './steps.mjs'

/** Built code and what it reads from beside it. */
const PRODUCT = [
  'dist/src',
  ...PAGES.map((page) => `dist/${page}`),
  'docs/guide',
  'models/manifest.json',
  'LICENSE',
]
/** What a person or a program needs to know of the project at run time; the scripts stay behind. */
const KEPT_OF_PACKAGE = [
  'name',
  'version',
  'description',
  'license',
  'private',
  'type',
  'engines',
  'dependencies',
]

/**
 * Packages of llama.cpp binaries besides the plain one, by the graphics interface they are for. `cuda` is for a machine
 * whose CUDA is not known, `cuda12` and `cuda13` for where the libraries of that version are placed beside it.
 */
export const GPU_VARIANTS = {
  none: [],
  vulkan: ['vulkan'],
  cuda: ['cuda', 'cuda-ext'],
  cuda12: ['cuda', 'cuda-ext'],
  cuda13: ['cuda'],
  all: ['vulkan', 'cuda', 'cuda-ext'],
}

/** @typedef {keyof typeof GPU_VARIANTS} Gpu */

/** Files that no program reads: types, source maps, what only compiling needs. */
const NOT_RUN = [
  /\.d\.[cm]?ts(\.map)?$/,
  /\.map$/,
  /^@types\//,
  // The sources and intermediate files of the one package that is compiled here.
  /^better-sqlite3\/(deps|src)$/,
  /^better-sqlite3\/build\/(?!Release)/,
  /^better-sqlite3\/build\/Release\/(?!better_sqlite3\.node$)/,
  // llama.cpp's sources: only the prebuilt binaries are used.
  /^node-llama-cpp\/llama\/gitRelease\.bundle$/,
  // The embedder runs on onnxruntime-node; these are for browsers.
  /^onnxruntime-web$/,
  /^@xenova\/transformers\/dist\/(?!transformers\.node\.mjs$)/,
  // Of pdf.js: one build for Node, with its decoders, character maps and typefaces.
  /^pdfjs-dist\/(build|image_decoders|types|web|webpack\.mjs)$/,
  /^pdfjs-dist\/legacy\/(image_decoders|web|webpack\.mjs)$/,
  /^pdfjs-dist\/legacy\/build\/(?!pdf(\.worker)?\.mjs$)/,
  /^pdfjs-dist\/wasm\/openjpeg_nowasm_fallback\.js$/,
  // Of Tesseract: what runs in Node, and the smaller data. Which of its three programs runs is for the processor to say.
  /^tesseract\.js\/(dist|docs|examples|scripts|karma\.conf\.js)$/,
  /^tesseract\.js-core\/.*(-lstm\.(js|wasm)|\.wasm\.js)$/,
  /^@tesseract\.js-data\/[^/]+\/4\.0\.0$/,
  /^tinyld\/(playground|tests-integration|banner\.png|logo\.png)$/,
]

/** Built against CUDA 13; the one for CUDA 12 is in `cuda-ext`, and is taken where this one is not found. */
const FOR_CUDA_13 = /-cuda\/libggml-cuda\.so$/

/**
 * Copies the built product and the packages it needs on this platform.
 * @param {string} to a folder that is empty or not there yet
 * @param {Gpu} gpu which graphics interfaces llama.cpp shall be able to use
 * @throws {StepError} when the folder holds something, or nothing has been built
 */
export function assemble(to, gpu) {
  if (!existsSync(join(ROOT, 'dist/src/main.js')))
    throw new StepError('Nothing is built yet: run "npm run build".')
  if (existsSync(join(to, 'package.json')))
    throw new StepError(`${to} already holds something: name an empty folder.`)
  mkdirSync(to, { recursive: true })
  for (const path of PRODUCT) copy(path, to, (file) => !/\.d\.ts$|\.map$|\.tsbuildinfo$/.test(file))
  for (const name of packages(gpu)) {
    const inside = join(ROOT, 'node_modules')
    const wanted = (/** @type {string} */ file) => !(gpu === 'cuda12' && FOR_CUDA_13.test(file))
    copy(join('node_modules', name), to, (file) => wanted(file) && isRun(file.slice(inside.length + 1), name))
  }
  const whole = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const kept = Object.fromEntries(KEPT_OF_PACKAGE.map((key) => [key, whole[key]]))
  const bin = { guichet: 'dist/src/cli/main.js' }
  writeFileSync(join(to, 'package.json'), `${JSON.stringify({ ...kept, bin }, null, 2)}\n`)
  chmodSync(join(to, bin.guichet), 0o755)
}

/**
 * The packages that are installed here and needed by the running product, as the lock file tells.
 * @param {Gpu} gpu
 * @returns {string[]} paths below node_modules, those inside others included
 * @throws {StepError} when llama.cpp has no such binaries for this platform
 */
export function packages(gpu) {
  const { packages: locked } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const variants = ['', ...GPU_VARIANTS[gpu].map((name) => `-${name}`)]
  const llama = variants.map((variant) => `@node-llama-cpp/${platform()}${variant}`)
  const absent = llama.filter((name) => !existsSync(join(ROOT, 'node_modules', name)))
  if (absent.length > 0)
    throw new StepError(`There is no ${absent.join(' and no ')} for this machine: choose another --gpu.`)
  return Object.entries(locked)
    .filter(
      ([path, entry]) => path !== '' && !entry.dev && !entry.devOptional && existsSync(join(ROOT, path)),
    )
    .map(([path]) => path.slice('node_modules/'.length))
    .filter((name) => !name.startsWith('@node-llama-cpp/') || llama.includes(name))
    .filter((name) => !NOT_RUN.some((pattern) => pattern.test(name.split('/node_modules/')[0] ?? name)))
}

/** As llama.cpp's packages call it. */
function platform() {
  const names = { linux: 'linux', darwin: 'mac', win32: 'win' }
  const system = names[/** @type {keyof typeof names} */ (process.platform)] ?? process.platform
  return `${system}-${process.arch}${process.platform === 'darwin' && process.arch === 'arm64' ? '-metal' : ''}`
}

/**
 * @param {string} file below node_modules
 * @param {string} name the package that is being copied
 */
function isRun(file, name) {
  // Packages inside it are copied as themselves, or not at all.
  if (file.startsWith(join(name, 'node_modules'))) return false
  if (NOT_RUN.some((pattern) => pattern.test(file))) return false
  const onnx = /^onnxruntime-node\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(file)
  if (!onnx) return true
  return onnx[1] === process.platform && (onnx[2] === undefined || onnx[2] === process.arch)
}

/**
 * @param {string} path below the root
 * @param {string} to
 * @param {(file: string) => boolean} filter told the whole path of each file and folder
 */
function copy(path, to, filter) {
  cpSync(join(ROOT, path), join(to, path), { recursive: true, filter })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { gpu: { type: 'string', default: 'none' } },
  })
  await orExplain(async () => {
    const [to] = positionals
    const gpu = /** @type {Gpu} */ (values.gpu)
    if (to === undefined || !(gpu in GPU_VARIANTS))
      throw new StepError(
        `Usage: node ${basename(process.argv[1] ?? '')} FOLDER [--gpu ${Object.keys(GPU_VARIANTS).join('|')}]`,
      )
    await setUp()
    assemble(resolve(to), gpu)
  })
}
