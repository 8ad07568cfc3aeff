/** One turn of a chat prompt; the engine applies the model's own chat template. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface GenerateOptions {
  /** Upper bound of the reply, in tokens. */
  maxTokens: number
  temperature?: number
  signal?: AbortSignal
  /** Told whenever it changes, while this reply waits for a free slot: how many are ahead, and for about how long (ms). */
  onQueued?: (ahead: number, etaMs: number) => void
}

export interface Usage {
  promptTokens: number
  /** Prompt tokens that needed no evaluation because their state was kept. */
  cachedTokens: number
  completionTokens: number
}

export type EngineEvent =
  { type: 'token'; text: string } | { type: 'end'; usage: Usage; reason: 'stop' | 'length' }

export interface EngineStatus {
  /** unloaded: nobody needed it yet; missing: there is no model file. */
  state: 'missing' | 'unloaded' | 'loading' | 'ready' | 'restarting' | 'failed'
  /** The model's manifest id or file name. */
  model: string | null
  device: 'cpu' | 'cuda' | 'vulkan' | 'metal' | null
  /** Process id of the inference child, when it runs. */
  pid: number | null
  /** What went wrong, for `failed` and `restarting`. */
  detail: string | null
  /** Replies being written, waiting, and refused since the start, where the engine keeps a queue. */
  queue?: { running: number; waiting: number; capacity: number; refused: number }
  /** How often a child that died was replaced since the start, where there is one. */
  restarts?: number
}

/** A model that continues a prompt. */
export interface ChatEngine {
  status(): EngineStatus
  /** Starts loading when it has not begun; resolves when ready, rejects with AppError `model_unavailable`. */
  load(signal?: AbortSignal): Promise<void>
  /**
   * Writes a reply. Loads the model if need be. Rejects before the first event with AppError
   * `model_unavailable` or `busy`; aborting the signal ends the stream with an AbortError within one token.
   */
  generate(messages: PromptMessage[], options: GenerateOptions): Promise<AsyncIterable<EngineEvent>>
  close(): Promise<void>
}
