import type { Token } from 'node-llama-cpp'
import type { LoadedModel } from './loaded-model.js'
import type { GenerateCommand, ReplyMessage } from './protocol.js'
import { ReplyFilter } from './reply-filter.js'
import { TokenDecoder } from './reply-text.js'
import type { RenderedPrompt } from './chat-template.js'

/** Room for a reply that a prompt has to leave, in tokens. */
const SHORTEST_REPLY = 16
/**
 * How long one uninterruptible stretch of prompt evaluation should take, in ms.
 * @NOTE short stretches are dear: on two cores, 16 to 32 tokens at a time took 3 to 5 times as long per token as 128.
 */
const STRETCH_MS = 1_000
const FIRST_STRETCH_TOKENS = 64
const SHORTEST_STRETCH_TOKENS = 32
const LONGEST_STRETCH_TOKENS = 512
/** llama.cpp's customary mild penalty, over the reply only: quoting the prompt must stay free. */
const REPEAT_PENALTY = { penalty: 1.1, lastTokens: 64 }

type Send = (message: ReplyMessage) => void

/**
 * Writes one reply, telling `send` all there is to tell, ending with `end`, `refused` or `aborted`.
 * The signal is looked at between tokens, and about once a second while the prompt is read.
 */
export async function writeReply(
  loaded: LoadedModel,
  command: GenerateCommand,
  signal: AbortSignal,
  send: Send,
): Promise<void> {
  const { id } = command
  if (isAborted(signal)) {
    send({ type: 'aborted', id })
    return
  }
  const prompt = loaded.template.render(command.messages)
  const room = loaded.contextTokens - prompt.tokens.length
  if (room < SHORTEST_REPLY) {
    const detail =
      `The prompt has ${prompt.tokens.length} tokens, ` +
      `and this model can take ${loaded.contextTokens - SHORTEST_REPLY}.`
    send({ type: 'refused', id, code: 'too_large', detail })
    return
  }
  send({ type: 'accepted', id })
  const cachedTokens = await readPrompt(loaded, prompt.tokens, signal, () => {
    send({ type: 'progress', id })
  })
  const bounded = { ...command, maxTokens: Math.min(command.maxTokens, room) }
  const written = await writeTokens(loaded, prompt, bounded, signal, send)
  if (isAborted(signal)) {
    send({ type: 'aborted', id })
    return
  }
  const usage = { promptTokens: prompt.tokens.length, cachedTokens, completionTokens: written.tokens }
  send({ type: 'end', id, usage, reason: written.reason })
}

/**
 * Evaluates all of the prompt but its last token, keeping the state of the beginning it shares with the
 * previous prompt. Returns the number of tokens that needed no evaluation.
 */
async function readPrompt(
  { sequence }: LoadedModel,
  tokens: Token[],
  signal: AbortSignal,
  onProgress: () => void,
): Promise<number> {
  const evaluatedBefore = sequence.tokenMeter.usedInputTokens
  const all = tokens.length - 1
  // @NOTE no shifting: states computed behind other words make the same prompt answer differently.
  await sequence.adaptStateToTokens(tokens.slice(0, all), false)
  let stretch = FIRST_STRETCH_TOKENS
  while (sequence.nextTokenIndex < all && !isAborted(signal)) {
    const from = sequence.nextTokenIndex
    const since = performance.now()
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(from, Math.min(from + stretch, all)))
    const took = performance.now() - since
    if (took < STRETCH_MS / 2) stretch = Math.min(stretch * 2, LONGEST_STRETCH_TOKENS)
    else if (took > STRETCH_MS * 2) stretch = Math.max(Math.ceil(stretch / 2), SHORTEST_STRETCH_TOKENS)
    onProgress()
  }
  return Math.max(0, all - (sequence.tokenMeter.usedInputTokens - evaluatedBefore))
}

/** Writes token after token behind the evaluated prompt, at most `maxTokens`. */
async function writeTokens(
  { model, sequence }: LoadedModel,
  prompt: RenderedPrompt,
  command: GenerateCommand,
  signal: AbortSignal,
  send: Send,
): Promise<{ tokens: number; reason: 'stop' | 'length' }> {
  const written: Token[] = []
  if (isAborted(signal)) return { tokens: 0, reason: 'stop' }
  const decoder = new TokenDecoder<Token>((tokens, before) => model.detokenize(tokens, false, before))
  const filter = new ReplyFilter(prompt.stopTexts, prompt.startsInThought)
  const emit = (text: string) => {
    if (text !== '') send({ type: 'token', id: command.id, text })
  }
  let reason: 'stop' | 'length' = 'stop'
  const last = prompt.tokens.slice(-1)
  const options = {
    temperature: command.temperature,
    repeatPenalty: {
      penalty: REPEAT_PENALTY.penalty,
      punishTokens: () => written.slice(-REPEAT_PENALTY.lastTokens),
    },
  }
  for await (const token of sequence.evaluate(last, options)) {
    if (isAborted(signal) || prompt.stopTokens.has(token)) break
    written.push(token)
    emit(filter.add(decoder.add(token)))
    if (filter.stopped) break
    if (written.length >= command.maxTokens) {
      reason = 'length'
      break
    }
  }
  if (!isAborted(signal)) emit(filter.add(decoder.finish()) + filter.finish())
  return { tokens: written.length, reason }
}

/** Asked anew each time: a check before an `await` says nothing about after it. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
