import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeKeyPair } from '#src/bundle/signature.js'
import { readRecording } from './recording.js'
import { judge } from './verdict.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ROOM = fileURLToPath(new URL('./bundle-room.mjs', import.meta.url))
const run = promisify(execFile)

const Bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  metadata: z.object({
    component: z.looseObject({ type: z.literal('application'), name: z.literal('guichet') }),
  }),
  components: z.array(
    z.looseObject({
      'bom-ref': z.string(),
      type: z.string(),
      name: z.string(),
      licenses: z.array(z.unknown()),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

const Counters = z.object({ ipv4: z.number().nullable(), ipv6: z.number().nullable() })
/** What the room says of the run. */
const Told = z.looseObject({
  evidence: z.object({ before: Counters, after: Counters, control: Counters, port: z.number() }),
})

/** The machine that the bundle is made on, and the empty folder that it is carried to. */
let made: string
let carried: string
let folder: string
/** Has Node and nothing else. */
let path: string
let publicKey: string

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'guichet-made-'))
  carried = mkdtempSync(join(tmpdir(), 'guichet-carried-'))
  path = join(carried, 'bin')
  mkdirSync(path)
  symlinkSync(process.execPath, join(path, 'node'))
  const keys = makeKeyPair(join(made, 'keys'))
  publicKey = keys.publicKey
  const models = process.env['MODELS_DIR'] ?? join(ROOT, 'models')
  await run(process.execPath, [join(ROOT, 'scripts/bundle.mjs'), '--key', keys.privateKey, '--out', made], {
    cwd: ROOT,
    env: { ...process.env, MODELS_DIR: models, MODEL_FETCH: 'false', INIT_CWD: made },
  })
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const archive = join(made, `guichet-${version}-${process.platform}-${process.arch}.tar.zst`)
  const unpack = ['guichet-unpack.mjs', archive, '--key', publicKey, '--to', carried]
  const { stdout } = await run(join(path, 'node'), unpack, { cwd: made, env: { PATH: path } })
  expect(stdout).toContain('signed by the owner of the key')
  folder = join(carried, `guichet-${version}`)
  // What it was made of and with is not where it was carried to.
  rmSync(archive)
}, 600_000)

afterAll(() => {
  for (const dir of [made, carried]) rmSync(dir, { recursive: true, force: true })
})

describe('a bundle carried to an empty folder', () => {
  it('starts, learns and answers with its source in a network namespace of nothing but loopback', async () => {
    const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
    const recording = join(made, 'bundle.strace')
    const room = ['unshare', ...own, '--net', '--', process.execPath, ROOM, folder, path, recording]
    const { stdout } = await run(room[0]!, room.slice(1), { cwd: carried })
    const { evidence, ...told } = Told.parse(JSON.parse(stdout))
    expect(told).toEqual({
      interfaces: ['lo'],
      reply: {
        content: 'Descale the kettle every six weeks with two spoons of citric acid.',
        titles: ['Kettle'],
      },
      exitCode: 0,
    })
    const recordings = { server: readRecording(readFileSync(recording, 'utf8')) }
    expect(judge({ ...evidence, recordings })).toEqual({ attempts: [], blind: [] })
  })

  it('says of itself, after it has run, that it is what was bundled', async () => {
    const { stdout } = await run(join(folder, 'guichet'), ['bundle', 'verify', '.', '--key', publicKey], {
      cwd: folder,
      env: { PATH: path },
    })
    expect(stdout).toMatch(/^✓ Signed by the owner of the key; all \d+ files are what was bundled\.$/m)
  })

  it('lists its parts: every package in it, its models with their checksums, and Node', () => {
    const bill = Bill.parse(JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')))
    const refs = bill.components.map((component) => component['bom-ref'])
    expect(new Set(refs).size).toBe(refs.length)
    const names = new Set(bill.components.map(({ name }) => name))
    expect(names).toContain('better-sqlite3')
    expect(names).toContain('debug')
    expect(names).not.toContain('vitest')
    expect(names).not.toContain('typescript')
    const types = bill.components.map(({ type }) => type)
    expect(types.filter((type) => type === 'machine-learning-model')).toHaveLength(2)
    const known = new Set([...refs, ...bill.dependencies.map(({ ref }) => ref)])
    expect(bill.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref))).toEqual(
      [],
    )
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8')
    for (const { components } of z
      .array(
        z.looseObject({
          components: z.array(
            z.looseObject({ name: z.string(), hashes: z.array(z.object({ content: z.string() })) }),
          ),
        }),
      )
      .parse(bill.components.filter(({ type }) => type === 'machine-learning-model')))
      for (const { name, hashes } of components) expect(sums).toContain(`${hashes[0]!.content}  ${name}\n`)
  })

  it('refuses a Node that its compiled packages are not for, in a sentence', () => {
    const description = join(folder, 'bundle.json')
    const bundle = readFileSync(description, 'utf8')
    writeFileSync(description, bundle.replace(`"abi": "${process.versions.modules}"`, '"abi": "42"'))
    const { status, stderr } = spawnSync(join(folder, 'start'), { env: { PATH: path }, encoding: 'utf8' })
    writeFileSync(description, bundle)
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^This bundle was made for Node .* \(modules of version 42\), and this is Node .*\.\n$/,
    )
  })

  it('says what is missing where there is no Node', () => {
    const { status, stderr } = spawnSync(join(folder, 'start'), { env: { PATH: folder }, encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^There is no "node" on the PATH: install Node/)
  })
})
