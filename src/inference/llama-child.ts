import { type LoadedModel, loadModel } from './loaded-model.js'
import { type ChildMessage, Command, type GenerateCommand, type LoadCommand } from './protocol.js'
import { writeReply } from './write-reply.js'

/*
 * The inference child process: holds the model, knows nothing else. It has no socket and no secrets, speaks
 * only to its parent, and ends by itself when the parent is gone.
 */

/**
 * Native code may hang on a broken driver; the process ends after this many ms all the same. A parent that still
 * lives is less patient (`closeMs`); this is for one that is gone.
 */
const CLOSE_DEADLINE_MS = 10_000

let loaded: LoadedModel | undefined
let closing = false
/** Replies are written one after the other: there is one sequence. */
let lastReply: Promise<void> = Promise.resolve()
const unfinished = new Map<number, AbortController>()

function send(message: ChildMessage): void {
  if (process.connected) process.send?.(message)
}

async function load(command: LoadCommand): Promise<void> {
  try {
    loaded = await loadModel(command)
    send({ type: 'ready', device: loaded.device, contextTokens: loaded.contextTokens })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    send({ type: 'load_failed', detail: sentence(error) })
  }
}

async function generate(command: GenerateCommand, signal: AbortSignal): Promise<void> {
  const { id } = command
  try {
    if (loaded === undefined) throw new Error('No model is loaded')
    await writeReply(loaded, command, signal, send)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    if (!closing) send({ type: 'refused', id, code: 'model_unavailable', detail: sentence(error) })
  } finally {
    unfinished.delete(id)
  }
}

async function close(): Promise<void> {
  if (closing) return
  closing = true
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), CLOSE_DEADLINE_MS).unref()
  for (const controller of unfinished.values()) controller.abort()
  await lastReply
  await loaded?.dispose()
  // @NOTE llama.cpp's threads may keep a process without work alive, so it is told to end.
  process.exit(0)
}

function obey(command: Command): void {
  switch (command.type) {
    case 'load':
      void load(command)
      break
    case 'generate': {
      const controller = new AbortController()
      unfinished.set(command.id, controller)
      lastReply = lastReply.then(() => generate(command, controller.signal))
      break
    }
    case 'abort':
      unfinished.get(command.id)?.abort()
      break
    case 'ping':
      send({ type: 'pong' })
      break
    case 'close':
      void close()
      break
  }
}

/** The first line of what a library said, as one sentence. */
function sentence(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
  return /[.!?]$/.test(line) ? line : `${line}.`
}

process.on('message', (message) => {
  obey(Command.parse(message))
})
process.on('disconnect', () => void close())
// @NOTE a terminal sends Ctrl-C to the whole group; the parent decides when this process ends.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
