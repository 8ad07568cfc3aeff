import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { attempt, CACHE, command, ROOT } from './sandbox.js'

const REGISTRY = 'https://registry-1.docker.io/v2/'
const ANSWER_MS = 5000
const PULL_MS = 600_000
const BOOTSTRAP_MS = 600_000
/** Marks an image that was made here in place of the official one. */
const STAND_IN = 'localhost/guichet-stand-in'

/** The default of a build argument of the Dockerfile, with the arguments in it filled in. */
export function buildArgument(name: string): string {
  const file = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  const value = new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(file)?.[1]
  if (value === undefined) throw new Error(`The Dockerfile has no argument ${name}.`)
  return value.replace(/\$\{(\w+)\}/g, (_whole, inner: string) => buildArgument(inner))
}

/** Sees that the base is there: the official one where a registry answers, else one made of the distribution's packages. */
export async function ensureBase(): Promise<void> {
  const name = buildArgument('NODE_IMAGE')
  const present = await idOf(name)
  const standIn = present !== undefined && present === (await idOf(`${STAND_IN}:node`))
  if (present !== undefined && !standIn) return
  if (await registryAnswers()) {
    if ((await attempt('buildah', ['pull', name], PULL_MS)).code === 0) return
  }
  console.log(
    `@NOTE no registry answers: ${name} is a STAND-IN made by debootstrap with this machine's Node.`,
  )
  if (!standIn) await makeNodeBase(name)
}

/** An image under the name of NVIDIA's, whose libraries are empty files: enough to build on, nothing to compute with. */
export async function ensureCudaStandIn(): Promise<void> {
  const name = buildArgument('CUDA_IMAGE')
  console.log(`@NOTE ${name} is a STAND-IN with empty libraries: no graphics card is tried here.`)
  if ((await idOf(name)) !== undefined) return
  const tree = mkdtempSync(join(tmpdir(), 'guichet-cuda-'))
  const folder = join(tree, 'usr/local/cuda/lib64')
  mkdirSync(folder, { recursive: true })
  const [major = ''] = buildArgument('CUDA_VERSION').split('.')
  for (const library of ['cudart', 'cublas', 'cublasLt'])
    writeFileSync(join(folder, `lib${library}.so.${major}`), '')
  await commitTree(tree, { from: buildArgument('NODE_IMAGE'), as: [name] })
  rmSync(tree, { recursive: true })
}

async function makeNodeBase(name: string): Promise<void> {
  const tree = join(CACHE, 'base')
  rmSync(tree, { recursive: true, force: true })
  const variant = ['--variant=minbase', '--include=ca-certificates']
  await command('debootstrap', [...variant, 'bookworm', tree], BOOTSTRAP_MS)
  const prefix = dirname(dirname(process.execPath))
  const local = join(tree, 'usr/local')
  cpSync(process.execPath, join(local, 'bin/node'))
  for (const part of ['include/node', 'lib/node_modules/npm'])
    if (existsSync(join(prefix, part))) cpSync(join(prefix, part), join(local, part), { recursive: true })
  for (const tool of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${tool}-cli.js`, join(local, 'bin', tool))
  mkdirSync(join(local, 'etc'), { recursive: true })
  writeFileSync(join(local, 'etc/npmrc'), '')
  await command('chroot', [tree, 'useradd', '--create-home', '--uid', '1000', 'node'])
  await command('chroot', [tree, 'apt-get', 'clean'])
  await commitTree(tree, { as: [name, `${STAND_IN}:node`] })
  rmSync(tree, { recursive: true })
}

async function commitTree(
  tree: string,
  { from = 'scratch', as }: { from?: string; as: string[] },
): Promise<void> {
  const container = await command('buildah', ['from', '--pull=never', from])
  await command('buildah', ['add', '--quiet', container, tree, '/'], BOOTSTRAP_MS)
  const [name = '', ...others] = as
  await command('buildah', ['commit', '--quiet', '--rm', container, name], BOOTSTRAP_MS)
  for (const other of others) await command('buildah', ['tag', name, other])
}

async function idOf(name: string): Promise<string | undefined> {
  const { code, stdout } = await attempt('buildah', ['images', '--quiet', '--no-trunc', name])
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

async function registryAnswers(): Promise<boolean> {
  return fetch(REGISTRY, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    () => true,
    () => false,
  )
}
