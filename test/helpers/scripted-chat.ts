import type { ChatEngine, EngineEvent, GenerateOptions, PromptMessage } from '#src/inference/engine.js'

/** A chat engine that writes the given pieces, and remembers what it was asked. */
export function scriptedChat(
  pieces: string[],
  before: (index: number, signal: AbortSignal | undefined) => Promise<void> = () => Promise.resolve(),
  queue?: (options: GenerateOptions) => Promise<void>,
): ChatEngine & { prompts: PromptMessage[][] } {
  const prompts: PromptMessage[][] = []
  return {
    prompts,
    status: () => ({ state: 'ready', model: 'scripted', device: 'cpu', pid: null, detail: null }),
    load: () => Promise.resolve(),
    generate: async (messages, options) => {
      prompts.push(messages)
      await queue?.(options)
      return write(pieces, before, options.signal)
    },
    close: () => Promise.resolve(),
  }
}

async function* write(
  pieces: string[],
  before: (index: number, signal: AbortSignal | undefined) => Promise<void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineEvent> {
  for (const [index, text] of pieces.entries()) {
    await before(index, signal)
    signal?.throwIfAborted()
    yield { type: 'token', text }
  }
  yield {
    type: 'end',
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: pieces.length },
    reason: 'stop',
  }
}
