import {
  type ChatHistoryItem,
  type ChatWrapper,
  JinjaTemplateChatWrapper,
  type LlamaModel,
  type LlamaText,
  resolveChatWrapper,
  SpecialTokensText,
  type Token,
} from 'node-llama-cpp'
import type { PromptMessage } from './engine.js'
import { defuse, markersIn } from './template-markers.js'
import { endsInThought, isThoughtTag } from './thought-filter.js'

/** A thought's opening tag and the white space behind it take no more tokens than this. */
const THOUGHT_TOKENS = 8

/** A prompt ready to be evaluated, and what the model writes when its turn is over. */
export interface RenderedPrompt {
  tokens: Token[]
  stopTokens: ReadonlySet<Token>
  stopTexts: string[]
  /** The template has begun a thought that the model will go on with. */
  startsInThought: boolean
}

/** Turns messages into tokens by the template that the model's author put into the GGUF. */
export class ChatTemplate {
  readonly #wrapper: ChatWrapper
  readonly #markers: readonly string[]
  readonly #stopTexts: readonly string[]

  constructor(private readonly model: LlamaModel) {
    this.#wrapper = wrapperOf(model)
    this.#markers = markersOf(this.#wrapper)
    this.#stopTexts = this.#markers.filter((marker) => !isThoughtTag(marker))
  }

  /** Text of messages stays text: nothing in it becomes a control token or passes for a role's marker. */
  render(messages: PromptMessage[]): RenderedPrompt {
    const { model } = this
    const chatHistory = toHistory(
      messages.map((message) => ({ ...message, content: defuse(message.content, this.#markers) })),
    )
    const state = this.#wrapper.generateContextState({ chatHistory })
    const tokens = state.contextText.tokenize(model.tokenizer)
    const { bos } = model.tokens
    // @NOTE templates leave the first token to whoever evaluates them.
    if (model.tokens.shouldPrependBosToken && bos !== null && tokens[0] !== bos) tokens.unshift(bos)
    return {
      tokens,
      stopTokens: this.#stopTokens(state.stopGenerationTriggers),
      stopTexts: [...this.#stopTexts],
      startsInThought: endsInThought(model.detokenize(tokens.slice(-THOUGHT_TOKENS), true)),
    }
  }

  #stopTokens(triggers: readonly LlamaText[]): Set<Token> {
    const stops = new Set<Token>()
    for (const trigger of triggers) {
      const [token, ...rest] = trigger.tokenize(this.model.tokenizer)
      if (token !== undefined && rest.length === 0 && this.model.isSpecialToken(token)) stops.add(token)
    }
    return stops
  }
}

function wrapperOf(model: LlamaModel): ChatWrapper {
  const template = model.fileInfo.metadata.tokenizer.chat_template
  if (template === undefined || template.trim() === '') return resolveChatWrapper(model)
  // @NOTE reasoning off: a support reply must begin at once, and its thoughts are not for the visitor.
  return new JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer, reasoning: false })
}

/** The spellings by which this template marks roles and turns, learnt by rendering a conversation with it. */
function markersOf(wrapper: ChatWrapper): string[] {
  const state = wrapper.generateContextState({
    chatHistory: toHistory([
      { role: 'system', content: 'x' },
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'x' },
      { role: 'user', content: 'x' },
    ]),
  })
  const lines = state.contextText.values
    .filter((value) => value instanceof SpecialTokensText)
    .flatMap((value) => value.value.split('\n'))
  return [...new Set(lines.flatMap(markersIn))]
}

function toHistory(messages: PromptMessage[]): ChatHistoryItem[] {
  const history = messages.map(({ role, content }): ChatHistoryItem => {
    if (role === 'assistant') return { type: 'model', response: [content] }
    return role === 'system' ? { type: 'system', text: content } : { type: 'user', text: content }
  })
  return [...history, { type: 'model', response: [] }]
}
