import { open } from 'node:fs/promises'
import { AppError } from '../errors.js'

/** The first four bytes of every GGUF file (the GGUF specification, "File structure"). */
const MAGIC = 'GGUF'
/** Versions 2 and 3 are what llama.cpp reads today. */
const VERSIONS = [2, 3]
/** The smallest chat models are tens of megabytes; below this the file is a stub or a broken download. */
const SMALLEST_BYTES = 1_000_000

/**
 * Looks at a model file before llama.cpp does, which would abort the process over some broken ones.
 * @throws AppError `model_unavailable` with one sentence saying what is wrong and what to do.
 */
export async function checkModelFile(path: string): Promise<void> {
  const { bytes, head } = await readHead(path)
  if (head.subarray(0, 4).toString('latin1') !== MAGIC) {
    throw unusable(path, 'is not a GGUF model; put a chat model in GGUF format there')
  }
  const version = head.readUInt32LE(4)
  if (!VERSIONS.includes(version)) {
    throw unusable(path, `has GGUF version ${version}, which is not supported; fetch a newer conversion`)
  }
  if (bytes < SMALLEST_BYTES) {
    throw unusable(path, `has only ${bytes} bytes; delete it and fetch it again`)
  }
}

/** The refusal for a model that is not there; unlike a broken one it may still arrive. */
export class MissingModel extends AppError {
  constructor(path: string | null) {
    const where = path === null ? 'There is no chat model.' : `There is no chat model at ${path}.`
    super(
      'model_unavailable',
      `${where} Put a GGUF chat model into the models folder and restart; until then replies are quotes.`,
    )
  }
}

async function readHead(path: string): Promise<{ bytes: number; head: Buffer }> {
  let file
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (isCode(error, 'ENOENT')) throw new MissingModel(path)
    throw new AppError('model_unavailable', `The model file ${path} cannot be read.`, { cause: error })
  }
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw unusable(path, 'is not a file')
    const head = Buffer.alloc(8)
    await file.read(head, 0, head.length, 0)
    return { bytes: stats.size, head }
  } finally {
    await file.close()
  }
}

function unusable(path: string, why: string): AppError {
  return new AppError('model_unavailable', `The model file ${path} ${why}.`)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
