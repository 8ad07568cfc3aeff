import type { Config } from '../config.js'
import { chooseModel, type ChosenModel, type ModelsFolder } from '../models/choose.js'
import { ensureModels } from '../models/fetch.js'
import { detectHardware, type Hardware } from '../models/hardware.js'
import { readManifest } from '../models/manifest.js'
import { createProgress, type ProgressStream } from '../models/progress-bar.js'

/** What this start works with. */
export interface Models {
  folder: ModelsFolder
  hardware: Hardware
  embedding: ChosenModel | undefined
  chat: ChosenModel | undefined
  /** One sentence per thing that went wrong while fetching. */
  problems: string[]
}

/**
 * Fetches what is missing, where that is allowed and possible, and chooses among what is there.
 * Rejects only when the signal ends a fetch; what has arrived stays for the next start.
 */
export async function prepareModels(
  config: Config['models'],
  progress: ProgressStream,
  signal?: AbortSignal,
): Promise<Models> {
  const manifest = readManifest()
  const hardware = await detectHardware()
  const named = { embedding: config.embedding, chat: config.chat }
  const problems = config.fetch
    ? (
        await ensureModels({
          dir: config.dir,
          mirror: config.mirror,
          manifest,
          hardware,
          named,
          onProgress: createProgress(progress),
          ...(signal && { signal }),
        })
      ).problems
    : []
  const folder = { dir: config.dir, manifest }
  return {
    folder,
    hardware,
    embedding: chooseModel('embedding', folder, named.embedding),
    chat: chooseModel('chat', folder, named.chat),
    problems,
  }
}
