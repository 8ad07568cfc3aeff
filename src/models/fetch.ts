import { chooseModel } from './choose.js'
import { FetchError } from './fetch-error.js'
import { fetchModel, type FetchOptions } from './fetch-model.js'
import { suits, type Hardware } from './hardware.js'
import { modelLocation, type Manifest, type ModelEntry, type ModelRole } from './manifest.js'

export interface EnsureOptions extends FetchOptions {
  manifest: Manifest
  hardware: Hardware
  /** Which models were named in the configuration: an id of the manifest, or something in the folder. */
  named?: { [Role in ModelRole]?: string | undefined }
  /** Which roles to fill; both by default, the embedding model first, because search needs no other. */
  roles?: readonly ModelRole[]
}

export interface EnsureResult {
  /** Ids of the models that were fetched. */
  fetched: string[]
  /** Roles that no model fills. */
  missing: ModelRole[]
  /** One sentence per thing that went wrong, also where another source helped out. */
  problems: string[]
}

/**
 * Fetches a model for each role that has none: the one named, or else the first recommended for this hardware that
 * some source offers. Whatever goes wrong becomes a problem; only an aborted signal makes it reject.
 */
export async function ensureModels(options: EnsureOptions): Promise<EnsureResult> {
  const result: EnsureResult = { fetched: [], missing: [], problems: [] }
  const silentHosts = options.silentHosts ?? new Set<string>()
  for (const role of options.roles ?? (['embedding', 'chat'] as const)) {
    const named = options.named?.[role]
    if (chooseModel(role, options, named) !== undefined) continue
    const fetched = await fetchFirst(
      candidates(role, options, named),
      { ...options, silentHosts },
      result.problems,
    )
    if (fetched !== undefined) result.fetched.push(fetched)
    else result.missing.push(role)
    if (fetched === undefined && named !== undefined) {
      result.problems.push(
        `The ${role} model "${named}" is neither in ${options.dir} nor could it be fetched.`,
      )
    }
  }
  result.problems = [...new Set(result.problems)]
  return result
}

/** The models that would be fetched for a role, the preferred one first. */
export function candidates(
  role: ModelRole,
  { manifest, hardware }: { manifest: Manifest; hardware: Hardware },
  named?: string,
): ModelEntry[] {
  const ofRole = manifest.models.filter((model) => model.role === role)
  if (named !== undefined)
    return ofRole.filter((model) => model.id === named || modelLocation(model) === named)
  return ofRole.filter((model) => model.role === 'embedding' || suits(model, hardware))
}

async function fetchFirst(entries: ModelEntry[], options: FetchOptions, problems: string[]) {
  for (const entry of entries) {
    try {
      problems.push(...(await fetchModel(entry, options)))
      return entry.id
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      problems.push(...error.details, error.message)
    }
  }
  return undefined
}
