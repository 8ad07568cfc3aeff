import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { BundleError } from '../../src/bundle/bundle-error.js'
import type { CarriedModel } from './carry-models.js'

const MOST_BYTES = 64 * 1024 * 1024

const Component = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string().optional(),
  licenses: z.array(z.unknown()).optional(),
  externalReferences: z.array(z.looseObject({ type: z.string(), url: z.string() })).optional(),
})
/** What is used here of a CycloneDX 1.5 document as npm writes it. */
const NpmSbom = z.looseObject({
  metadata: z.looseObject({ component: Component }),
  components: z.array(Component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
})
type Component = z.infer<typeof Component>

const Package = z.looseObject({ name: z.string(), version: z.string(), license: z.string().optional() })

export interface SbomFacts {
  /** The project, where npm looks at what is installed. */
  root: string
  /** npm's command line. */
  npm: string[]
  /** The bundle's folder, with the packages in it. */
  folder: string
  /** Paths of the packages below node_modules. */
  packages: string[]
  models: CarriedModel[]
  /** Whose binary is in the bundle or must be on the machine. */
  node: { version: string; included: boolean }
  created: Date
}

/**
 * The bundle's parts as CycloneDX 1.5: exactly the packages in it, the models with the checksum of each file, and Node.
 * @throws BundleError when npm knows nothing of a package that is in the bundle
 */
export async function softwareBill(facts: SbomFacts): Promise<object> {
  const npm = await npmSbom(facts)
  const inside = new Map<string, z.infer<typeof Package>>(
    facts.packages.map((path) => {
      const found = packageAt(join(facts.folder, 'node_modules', path))
      return [`${found.name}@${found.version}`, found]
    }),
  )
  const libraries = npm.components
    .filter((component) => inside.has(component['bom-ref']))
    .map((component) => withLicence(component, inside.get(component['bom-ref'])?.license))
  const listed = new Set(libraries.map((component) => component['bom-ref']))
  const unknown = [...inside.keys()].filter((ref) => !listed.has(ref))
  if (unknown.length > 0)
    throw new BundleError(
      `npm does not know ${unknown.join(', ')}: run "npm ci", then make the bundle again.`,
    )

  const others = [nodeComponent(facts.node), ...facts.models.map(modelComponent)]
  const components = [...libraries, ...others]
  const root = npm.metadata.component['bom-ref']
  const dependencies = npm.dependencies
    .filter(({ ref }) => ref === root || listed.has(ref))
    .map(({ ref, dependsOn = [] }) => ({
      ref,
      dependsOn: [
        ...dependsOn.filter((on) => listed.has(on)),
        ...(ref === root ? others.map((component) => component['bom-ref']) : []),
      ],
    }))
  return {
    ...npm,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components))}`,
    metadata: {
      ...npm.metadata,
      timestamp: facts.created.toISOString(),
      component: { ...npm.metadata.component, type: 'application', name: 'guichet' },
    },
    components,
    dependencies,
  }
}

async function npmSbom({ npm: [file = 'npm', ...args], root }: SbomFacts) {
  const command = ['sbom', '--sbom-format', 'cyclonedx', '--loglevel=error']
  try {
    const { stdout } = await promisify(execFile)(file, [...args, ...command], {
      cwd: root,
      maxBuffer: MOST_BYTES,
    })
    return NpmSbom.parse(JSON.parse(stdout))
  } catch (error) {
    throw new BundleError(`"npm sbom" gave no list of packages (npm 10 or newer has it): ${String(error)}`)
  }
}

function packageAt(folder: string) {
  return Package.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
}

/** npm leaves out licences that are no SPDX identifier; addresses of registries are of no use to anybody else. */
function withLicence(component: Component, licence: string | undefined): Component {
  const references = component.externalReferences?.filter(({ type }) => type !== 'distribution')
  return {
    ...component,
    ...(references && { externalReferences: references }),
    ...(component.licenses === undefined &&
      licence !== undefined && { licenses: [{ license: { name: licence } }] }),
  }
}

function nodeComponent({ version, included }: SbomFacts['node']) {
  return {
    'bom-ref': `node@${version}`,
    type: 'platform',
    name: 'node',
    version,
    // What is not in the bundle must be on the machine.
    scope: included ? 'required' : 'optional',
    licenses: [{ license: { id: 'MIT' } }],
    purl: `pkg:generic/node@${version}`,
  }
}

function modelComponent({ id, name, licence, files }: CarriedModel) {
  return {
    'bom-ref': `model:${id}`,
    type: 'machine-learning-model',
    name,
    scope: 'required',
    ...(licence !== undefined && { licenses: [{ license: { id: licence } }] }),
    components: files.map(({ path, sha256 }) => ({
      'bom-ref': `model:${id}:${path}`,
      type: 'file',
      name: `models/${path}`,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
    })),
  }
}

/** The same parts have the same number; laid out as a name-based UUID (version 8, RFC 9562). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
