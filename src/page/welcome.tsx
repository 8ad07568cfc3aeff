import { useSpoken } from './language.js'
import type { AssistantInfo } from './wire.js'

interface WelcomeProps {
  assistant: AssistantInfo
  onAsk: (question: string) => void
}

/** What one meets before the first question: what this is, and three ways to begin. */
export function Welcome({ assistant, onAsk }: WelcomeProps) {
  const { words } = useSpoken()
  return (
    <section class="welcome">
      <p class="welcome__name">{assistant.name}</p>
      <h1>{words.title}</h1>
      <p class="welcome__promise">{words.promise}</p>
      <h2 class="label" id="examples">
        {words.examplesLabel}
      </h2>
      <ul class="examples" aria-labelledby="examples">
        {words.examples.map((example) => (
          <li key={example}>
            <button
              type="button"
              class="example"
              onClick={() => {
                onAsk(example)
              }}
            >
              <span>{example}</span>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M3 8h10M9 4l4 4-4 4" />
              </svg>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
