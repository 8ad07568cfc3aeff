import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import {
  AutoModel,
  AutoTokenizer,
  env,
  mean_pooling,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type Tensor,
} from '@xenova/transformers'
import { z } from 'zod'

/** What a text is to the search: some models (e5) are told by a prefix. */
export type EmbeddingRole = 'query' | 'passage'

/** Turns texts into unit vectors whose dot product is their cosine similarity. */
export interface Embedder {
  /** Vectors of embedders with different ids cannot be compared. */
  readonly id: string
  readonly dimension: number
  /** SHA-256 of its files and of what else changes its vectors; absent where nobody knows. */
  readonly hash?: string
  /** Longer texts are cut to this many tokens, special ones and prefix included. */
  readonly maxTokens: number
  /** Whether the model was trained on the language (ISO 639-1); otherwise its vectors say little. */
  reads(language: string): boolean
  /**
   * One unit vector per text, in order. The same text always gives the same vector.
   * Occupies its thread between texts; rejects with the signal's reason once aborted.
   */
  embed(texts: readonly string[], role: EmbeddingRole, signal?: AbortSignal): Promise<Float32Array[]>
  /** Tokens of the text as the model counts them, special ones and prefix excluded. */
  countTokens(text: string): number
  /** Frees the model. Using the embedder afterwards is an error. */
  dispose(): Promise<void>
}

/** Plain values only, so that they can be handed to a worker thread. */
export interface EmbedderOptions {
  /** Folder with config.json, tokenizer.json, tokenizer_config.json and onnx/model_quantized.onnx. */
  directory: string
  /** Defaults to the folder's name. */
  id?: string | undefined
  /** What the model was trained to see before a question; e5: "query: ". */
  queryPrefix?: string | undefined
  /** Likewise before a passage; e5: "passage: ". */
  passagePrefix?: string | undefined
  /** Default 256, what all-MiniLM-L6-v2 was trained for (its model card). */
  maxTokens?: number | undefined
  /** Languages it was trained on (ISO 639-1), or `all`. Default: English. */
  languages?: readonly string[] | 'all' | undefined
  /** CPU threads of one inference. Default 1. */
  threads?: number | undefined
}

const DEFAULT_MAX_TOKENS = 256
const ModelConfig = z.object({ hidden_size: z.int().positive() })

/**
 * Loads a sentence-embedding model from a folder; never touches the network.
 * @throws Error naming the folder when a file is missing or the model cannot be loaded.
 */
export async function loadEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const directory = resolve(options.directory)
  const threads = options.threads ?? 1
  // @NOTE a process-wide setting of the library; every embedder wants the same.
  env.allowRemoteModels = false
  env.localModelPath = dirname(directory)
  try {
    const config = ModelConfig.parse(JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')))
    const name = basename(directory)
    const tokenizer = await AutoTokenizer.from_pretrained(name, { local_files_only: true })
    const model = await AutoModel.from_pretrained(name, {
      local_files_only: true,
      device: 'cpu',
      dtype: 'q8',
      session_options: { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' },
    })
    return new OnnxEmbedder(options, config.hidden_size, await hashOf(directory, options), tokenizer, model)
  } catch (error) {
    throw new Error(`The embedding model in ${directory} cannot be loaded.`, { cause: error })
  }
}

/** What vectors depend on: the files, and how texts are handed to them. */
async function hashOf(directory: string, options: EmbedderOptions): Promise<string> {
  const hash = createHash('sha256')
  for (const file of ['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx'])
    for await (const part of createReadStream(join(directory, file))) hash.update(part as Buffer)
  const { queryPrefix = '', passagePrefix = '', maxTokens = DEFAULT_MAX_TOKENS } = options
  return hash.update(JSON.stringify([queryPrefix, passagePrefix, maxTokens])).digest('hex')
}

class OnnxEmbedder implements Embedder {
  readonly id: string
  readonly maxTokens: number
  readonly #prefixes: Record<EmbeddingRole, string>
  readonly #languages: readonly string[] | 'all'

  constructor(
    options: EmbedderOptions,
    readonly dimension: number,
    readonly hash: string,
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly model: PreTrainedModel,
  ) {
    this.id = options.id ?? basename(resolve(options.directory))
    this.maxTokens = options.maxTokens ?? DEFAULT_MAX_TOKENS
    this.#languages = options.languages ?? ['en']
    this.#prefixes = { query: options.queryPrefix ?? '', passage: options.passagePrefix ?? '' }
  }

  reads(language: string): boolean {
    return this.#languages === 'all' || this.#languages.includes(language)
  }

  async embed(texts: readonly string[], role: EmbeddingRole, signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (const text of texts) {
      signal?.throwIfAborted()
      // @NOTE one text a run: activations are quantised per run, so in a batch a text's vector
      // would depend on its neighbours, and padding costs more than batching saves on a CPU.
      vectors.push(await this.embedOne(this.#prefixes[role] + text))
    }
    return vectors
  }

  countTokens(text: string): number {
    return this.tokenizer.encode(text, { add_special_tokens: false }).length
  }

  async dispose(): Promise<void> {
    await this.model.dispose()
  }

  private async embedOne(text: string): Promise<Float32Array> {
    const inputs = this.tokenizer([text], { truncation: true, max_length: this.maxTokens }) as {
      attention_mask: Tensor
    }
    const output = (await this.model(inputs)) as { last_hidden_state: Tensor }
    const pooled = mean_pooling(output.last_hidden_state, inputs.attention_mask).normalize(2, -1)
    return Float32Array.from(pooled.data as Float32Array)
  }
}
