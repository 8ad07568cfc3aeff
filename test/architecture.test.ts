import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

// The floors of the house. A folder (or a file of src/ itself) imports only from itself and from what is named here.
const MAY_IMPORT: Record<string, string[]> = {
  errors: [],
  cores: [],
  'fetch-policy': [],
  config: ['cores', 'fetch-policy'],
  log: [],
  metrics: ['errors', 'log'],
  version: [],
  contract: [],
  bundle: [],
  models: ['cores', 'errors', 'log'],
  store: ['contract', 'errors', 'log'],
  inference: ['errors', 'log'],
  retrieval: ['models', 'store', 'errors', 'log'],
  backup: ['store', 'contract', 'errors', 'log'],
  ingest: ['retrieval', 'store', 'metrics', 'fetch-policy', 'errors', 'log'],
  domain: ['inference', 'retrieval', 'store', 'contract', 'metrics', 'errors', 'log'],
  http: ['domain', 'contract', 'metrics', 'errors', 'log'],
  client: ['contract'],
  page: ['client', 'contract'],
  reference: ['contract'],
  app: [
    ...['http', 'domain', 'inference', 'retrieval', 'store', 'contract', 'metrics'],
    ...['config', 'errors', 'log', 'version'],
  ],
  startup: [
    ...['app', 'backup', 'ingest', 'inference', 'retrieval', 'models', 'store', 'contract', 'metrics'],
    ...['config', 'errors', 'log', 'version'],
  ],
  cli: [
    'app',
    'backup',
    'bundle',
    'client',
    'domain',
    'models',
    'store',
    'contract',
    'config',
    'cores',
    'errors',
    'log',
    'version',
  ],
  main: ['startup', 'app', 'backup', 'store', 'metrics', 'config', 'errors', 'log', 'version'],
}

// Foreign packages that only one folder may know, so that they can be changed there alone.
const OWNERS: Record<string, string[]> = {
  'better-sqlite3': ['store'],
  'sqlite-vec': ['store'],
  'node-llama-cpp': ['inference'],
  '@xenova/transformers': ['retrieval'],
  express: ['http'],
  'express-rate-limit': ['http'],
  multer: ['http'],
  helmet: ['http'],
  cors: ['http'],
  cookie: ['http'],
  jsonwebtoken: ['domain'],
  postcss: ['domain'],
  'postcss-value-parser': ['domain'],
  'pdfjs-dist': ['ingest'],
  'tesseract.js': ['ingest'],
  '@napi-rs/canvas': ['ingest'],
  sharp: ['ingest'],
  linkedom: ['ingest'],
  htmlparser2: ['ingest'],
  'robots-parser': ['ingest'],
  '@mozilla/readability': ['ingest'],
  'ipaddr.js': ['fetch-policy'],
  'file-type': ['ingest'],
  '@e965/xlsx': ['ingest'],
  'csv-parse': ['ingest'],
  'postal-mime': ['ingest'],
  chardet: ['ingest'],
  yauzl: ['ingest'],
  marked: ['ingest', 'page'],
  preact: ['page', 'reference'],
  tar: ['models', 'backup', 'bundle'],
  fzstd: ['bundle'],
  croner: ['backup', 'config'],
  'cli-progress': ['models'],
  'prom-client': ['metrics'],
  commander: ['cli'],
}

// Who may see the environment: the entry points of processes, and the page's build.
const ENTRY_POINTS = [
  /^main\.ts$/,
  /^cli\//,
  /^inference\/llama-child\.ts$/,
  /^(page|reference)\/vite\.config\.ts$/,
]
const FORBIDDEN_FOLDERS = ['utils', 'util', 'helpers', 'common', 'shared', 'lib', 'misc']
const MOST_LINES = 400

interface Module {
  path: string
  text: string
  /** Files of src/ and foreign packages it names, types included. */
  imports: string[]
}

const modules = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path): Module => {
    const text = readFileSync(join(SRC, path), 'utf8')
    const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => resolveImport(path, fileName))
    return { path, text, imports }
  })
const known = new Set(modules.map((module) => module.path))

function resolveImport(from: string, name: string): string {
  if (!name.startsWith('.')) return name
  return relative(SRC, join(SRC, dirname(from), name)).replace(/\.js$/, '.ts')
}

/** An import as a path of src/, or undefined for a foreign package and for what is no code (a style sheet). */
function inSrc(name: string): string | undefined {
  return [name, `${name}x`].find((path) => known.has(path))
}

function floorOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? path) : basename(path).replace(/\.tsx?$/, '')
}

/** Every way from a module back to itself. */
function cycles(): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const graph = new Map(
    modules.map(({ path, imports }) => [path, imports.flatMap((name) => inSrc(name) ?? [])]),
  )
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const { path } of modules) visit(path, [])
  return found
}

/** Functions and classes that are exported without a word on what they promise. */
function undocumented({ path, text }: Module): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return source.statements
    .filter((node) => ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node))
    .filter((node) => node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword))
    .filter((node) => ts.getJSDocCommentsAndTags(node).length === 0)
    .map((node) => `${path}: ${node.name?.text ?? 'default'}`)
}

describe('the house', () => {
  it('has a floor for every folder', () => {
    const floors = new Set(modules.map(({ path }) => floorOf(path)))
    expect([...floors].filter((floor) => !(floor in MAY_IMPORT))).toEqual([])
  })

  it('imports only downstairs', () => {
    const upward = modules.flatMap(({ path, imports }) =>
      imports
        .flatMap((name) => inSrc(name) ?? [])
        .filter((target) => floorOf(target) !== floorOf(path))
        .filter((target) => !MAY_IMPORT[floorOf(path)]?.includes(floorOf(target)))
        .map((target) => `${path} → ${target}`),
    )
    expect(upward).toEqual([])
  })

  it('has no import cycles', () => {
    expect(cycles()).toEqual([])
  })

  it('keeps each foreign package with its owner', () => {
    const strays = modules.flatMap(({ path, imports }) =>
      Object.entries(OWNERS)
        .filter(([name]) => imports.some((imported) => imported === name || imported.startsWith(`${name}/`)))
        .filter(([, owners]) => !owners.includes(floorOf(path)))
        .map(([name]) => `${path} → ${name}`),
    )
    expect(strays).toEqual([])
  })

  it(`has no file over ${MOST_LINES} lines`, () => {
    const long = modules.filter(({ text }) => text.split('\n').length > MOST_LINES)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('has no drawer for everything', () => {
    const drawers = modules.filter(({ path }) =>
      dirname(path)
        .split('/')
        .some((folder) => FORBIDDEN_FOLDERS.includes(folder)),
    )
    expect(drawers.map(({ path }) => path)).toEqual([])
  })

  it('has no barrels', () => {
    const barrels = modules.filter(({ text }) => /^export \* from/m.test(text))
    expect(barrels.map(({ path }) => path)).toEqual([])
  })

  it('shows the environment to entry points alone', () => {
    const readers = modules
      .filter(({ path }) => !ENTRY_POINTS.some((pattern) => pattern.test(path)))
      .filter(({ text }) => /\bprocess\.env\b/.test(text))
    expect(readers.map(({ path }) => path)).toEqual([])
  })

  it('says what every exported function and class promises', () => {
    expect(modules.flatMap(undocumented)).toEqual([])
  })
})
