import { Presets, SingleBar } from 'cli-progress'
import type { FetchProgress } from './fetch-model.js'

const MIB = 1024 ** 2
/** Without a terminal: a line for every so many percent. */
const STEP_PERCENT = 10

/** What progress is written to. */
export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean }

/** Shows a model's way into its folder: a bar on a terminal, plain lines elsewhere. */
export function createProgress(stream: ProgressStream): (progress: FetchProgress) => void {
  return stream.isTTY ? bars(stream) : lines(stream)
}

function bars(stream: ProgressStream): (progress: FetchProgress) => void {
  let bar: SingleBar | undefined
  return ({ name, done, total, state }) => {
    if (bar === undefined) {
      bar = new SingleBar(
        {
          format: ' {bar} {percentage} % · {name} · {done} of {whole} MiB · {state}',
          stream,
          hideCursor: true,
        },
        Presets.shades_grey,
      )
      bar.start(total ?? 0, done, { name, done: 0, whole: '?', state })
    }
    if (total !== undefined) bar.setTotal(total)
    bar.update(done, { name, state, done: inMib(done), whole: total === undefined ? '?' : inMib(total) })
    if (state === 'fetching' || state === 'checking') return
    bar.stop()
    bar = undefined
  }
}

function lines(stream: ProgressStream): (progress: FetchProgress) => void {
  let last = -1
  let of = ''
  return ({ id, name, done, total, state }) => {
    if (id !== of) {
      of = id
      last = -1
    }
    if (state === 'finished' || state === 'failed') {
      stream.write(`${name}: ${state === 'finished' ? 'fetched and checked' : 'not fetched'}\n`)
      of = ''
      return
    }
    const percent = total === undefined || total === 0 ? 0 : Math.floor((100 * done) / total)
    const step = Math.floor(percent / STEP_PERCENT)
    if (state === 'checking' || step <= last) return
    last = step
    const size = total === undefined ? '' : ` of ${inMib(total)} MiB`
    stream.write(`${name}: ${step * STEP_PERCENT} %${size}\n`)
  }
}

function inMib(bytes: number): string {
  return (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)
}
