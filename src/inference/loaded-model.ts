import { getLlama, type Llama, type LlamaContextSequence, type LlamaModel } from 'node-llama-cpp'
import { ChatTemplate } from './chat-template.js'
import type { Device, LoadCommand } from './protocol.js'

/** A model in memory with the one context that replies are written in. Lives in the inference child only. */
export interface LoadedModel {
  model: LlamaModel
  sequence: LlamaContextSequence
  template: ChatTemplate
  device: Device
  /** Tokens that prompt and reply may have together. */
  contextTokens: number
  /** Frees everything native. */
  dispose(): Promise<void>
}

/** Prompt tokens that are evaluated in one go, llama.cpp's own default. */
const BATCH_TOKENS = 512

/**
 * Loads a GGUF file with the binaries that are installed; nothing is ever built or downloaded.
 * @throws whatever llama.cpp says about the file, the accelerator or the memory.
 */
export async function loadModel(command: LoadCommand): Promise<LoadedModel> {
  const llama = await getLlama({
    gpu: command.gpu === 'off' ? false : command.gpu,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: command.threads,
  })
  const model = await llama.loadModel({
    modelPath: command.modelFile,
    gpuLayers: { fitContext: { contextSize: command.contextTokens } },
  })
  // @NOTE beyond what it was trained on a model writes noise.
  const contextSize = Math.min(command.contextTokens, model.trainContextSize)
  const context = await model.createContext({
    contextSize,
    // @NOTE unset, llama.cpp may take more threads than there are cores, which was 100 times slower.
    threads: command.threads,
    batchSize: Math.min(BATCH_TOKENS, contextSize),
    sequences: 1,
  })
  return {
    model,
    sequence: context.getSequence(),
    template: new ChatTemplate(model),
    device: deviceOf(llama, model),
    contextTokens: Math.min(contextSize, context.contextSize),
    dispose: () => llama.dispose(),
  }
}

/** The device that does the work: a GPU without a single layer of the model does none. */
function deviceOf(llama: Llama, model: LlamaModel): Device {
  return llama.gpu === false || model.gpuLayers === 0 ? 'cpu' : llama.gpu
}
