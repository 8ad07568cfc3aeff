import { z } from 'zod'
import { count, readOptions } from './bench/options.js'
import { tell } from './bench/session.js'
import { compareLoads, filesIn, loadFolder, type Load } from './bench/kill.js'

// Loads a folder twice, once undisturbed and once with kill -9 in between, and compares: `npm run bench -- kill`.

const USAGE = `Loads every file of a folder into an appliance of its own, then again into another one, which is ended by kill -9
at random moments and started anew; tells whether both hold the same passages in the end.
  --folder FOLDER   the files; folders in it are gone through
  --times 10        how often it is killed
  --seed 1          of the moments
  --models FOLDER   the models (default MODELS_DIR, else models)
Ends with code 1 when the two differ.
`

const Options = z.object({
  folder: z.string('must be given'),
  times: count.default(10),
  seed: count.default(1),
  models: z.string().default(process.env['MODELS_DIR'] ?? 'models'),
})

const options = readOptions(USAGE, Options, Object.keys(Options.shape))
if (options !== undefined) {
  const { folder, models, times, seed } = options
  const files = filesIn(folder)
  tell(`${String(files.length)} files, undisturbed`)
  const calm = await loadFolder(models, folder, files, [])
  tell(`took ${calm.seconds.toFixed(0)} s; now with kill -9, ${String(times)} times`)
  const moments = momentsWithin(calm.seconds, times, seed)
  const disturbed = await loadFolder(models, folder, files, moments)
  report(calm, disturbed)
}

function report(calm: Load, disturbed: Load): void {
  const { differences, sources, passages, failed } = compareLoads(calm, disturbed)
  const lines = [
    `files ${String(sources)}, of which failed ${String(failed)}; passages ${String(passages)}`,
    `killed ${String(disturbed.kills)} times; ${calm.seconds.toFixed(0)} s undisturbed, ${disturbed.seconds.toFixed(0)} s disturbed`,
    ...differences.slice(0, 20).map((difference) => `differs: ${difference}`),
    differences.length === 0 ? 'equal' : `${String(differences.length)} differences`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (differences.length > 0) process.exitCode = 1
}

/** Seconds between one start and the next kill, spread over the time that a load takes; the same for the same seed. */
function momentsWithin(seconds: number, times: number, seed: number): number[] {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  // @NOTE while it starts again, a killed appliance is at work too: the moments must not come after its end.
  return Array.from({ length: times }, () => (seconds / (times + 1)) * random())
}
