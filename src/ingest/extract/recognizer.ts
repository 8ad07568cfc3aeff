import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Worker } from 'tesseract.js'
import { within } from './deadline.js'
import type { GreyPicture } from './grey-picture.js'

/** Starting takes a second or two; much longer means that the machine is out of memory. */
const START_DEADLINE_MS = 60_000
const LANGUAGES = ['fra', 'eng']
const DATA_FOLDER = '4.0.0_best_int'

/** The text of one picture could not be recognized, or not in time. */
export class RecognitionError extends Error {
  override readonly name = 'RecognitionError'
}

let running: Promise<Worker> | undefined

/**
 * What stands in a picture, as Tesseract's table of words (TSV). It works in one more thread, which is started at
 * first use, serves every later call, and ends with the thread it was called from.
 * @throws RecognitionError when that fails or takes longer than `withinMs`; the next call starts afresh.
 * @throws Error when it cannot be started at all.
 */
export async function recognizeWords(picture: GreyPicture, withinMs: number): Promise<string> {
  running ??= within(start(), START_DEADLINE_MS)
  const starting = running
  try {
    const worker = await starting
    const work = worker.recognize(asPgm(picture), {}, { text: false, tsv: true })
    const { data } = await within(work, withinMs).catch((error: unknown) => {
      throw new RecognitionError('The text of a picture could not be recognized.', { cause: error })
    })
    return data.tsv ?? ''
  } catch (error) {
    running = undefined
    // @NOTE after a failure its memory is in no known state, and after a deadline it is still at work.
    await starting.then((worker) => worker.terminate()).catch(() => undefined)
    throw error
  }
}

/** The one format that Tesseract takes without decoding anything. */
function asPgm({ width, height, pixels }: GreyPicture): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels])
}

async function start(): Promise<Worker> {
  const [first = '', ...others] = [...LANGUAGES].reverse()
  // @NOTE the library keeps this array as its list of what is loaded; it can load from one folder only.
  const loaded = [first]
  const worker = await startWith(loaded)
  // Its thread alone must not keep the process alive; whoever waits for it holds a timer.
  const { worker: thread } = worker as Worker & { worker?: { unref?: () => void } }
  thread?.unref?.()
  for (const language of others) {
    const data = await promisify(gunzip)(await readFile(join(dataOf(language), `${language}.traineddata.gz`)))
    await worker.FS('writeFile', [`./${language}.traineddata`, data])
    loaded.push(language)
  }
  await worker.reinitialize(LANGUAGES.join('+'))
  return worker
}

/** Nothing is looked up or fetched: the program and its data are read from the installed packages. */
async function startWith(languages: string[]): Promise<Worker> {
  const { createWorker, OEM } = await import('tesseract.js')
  let fail: (reason: Error) => void = () => undefined
  // @NOTE the library tells of a failed start nowhere else.
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  failure.catch(() => undefined)
  const started = createWorker(languages, OEM.LSTM_ONLY, {
    langPath: dataOf(languages[0] ?? ''),
    cacheMethod: 'none',
    errorHandler: (reason: unknown) => {
      fail(new Error(String(reason)))
    },
  })
  return Promise.race([started, failure])
}

function dataOf(language: string): string {
  const { resolve } = createRequire(import.meta.url)
  return join(dirname(resolve(`@tesseract.js-data/${language}/package.json`)), DATA_FOLDER)
}
