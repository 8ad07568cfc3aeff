import { readFile } from 'node:fs/promises'
import type { MessagePort } from 'node:worker_threads'
import { extract, type FileHint } from './extract/extract.js'
import { ExtractionError, type Extraction } from './extract/extraction.js'
import { isWorkUnfinished } from './extract/unfinished.js'

/** A file to read, by its path: its bytes never pass through the main thread. */
export interface ExtractTask {
  path: string
  hint: FileHint
  /** Told `{done, pages}` after each page. */
  port: MessagePort
}

/** Blocks travel as JSON bytes: the main thread hands them on without reading them. */
export type ExtractAnswer = (
  { ok: true; facts: Omit<Extraction, 'blocks'>; blocks: Uint8Array } | { ok: false; message: string }
) & {
  /** Work on the file could not be ended: this thread shall read no other. */
  spent: boolean
}

/** Runs in a worker thread. A file that cannot be read is an answer; only defects throw. */
export default async function extractFile(task: ExtractTask): Promise<ExtractAnswer> {
  try {
    const bytes = await readFile(task.path)
    const { blocks, ...facts } = await extract(bytes, task.hint, (done, pages) => {
      task.port.postMessage({ done, pages })
    })
    const packed = new TextEncoder().encode(JSON.stringify(blocks))
    return { ok: true, facts, blocks: packed, spent: isWorkUnfinished() }
  } catch (error) {
    if (error instanceof ExtractionError) {
      return { ok: false, message: error.message, spent: isWorkUnfinished() }
    }
    throw error
  } finally {
    task.port.close()
  }
}
