import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useSpoken } from './language.js'
import type { Talk } from './use-talk.js'

/** As many characters as the API takes in one message. */
const LONGEST = 4000

interface ComposerProps {
  talk: Talk
  field: RefObject<HTMLTextAreaElement>
}

/** Where one types. Enter sends, Shift + Enter begins a line, Escape stops a reply under way. */
export function Composer({ talk, field }: ComposerProps) {
  const { words } = useSpoken()
  const [text, setText] = useState('')
  const form = useRef<HTMLFormElement>(null)
  useGrowingHeight(field, text)
  useEffect(() => {
    // A phone's keyboard would cover the welcome before it is read.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [field])

  const submit = (event: Event) => {
    event.preventDefault()
    const question = text.trim()
    if (!question || talk.busy) return
    talk.ask(question)
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && talk.busy) talk.stop()
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.current?.requestSubmit()
  }
  return (
    <form ref={form} class="composer" onSubmit={submit}>
      <div class="composer__box">
        <textarea
          ref={field}
          id="question"
          rows={1}
          maxLength={LONGEST}
          value={text}
          aria-label={words.askLabel}
          aria-describedby="keys"
          placeholder={words.askPlaceholder}
          autocomplete="off"
          enterkeyhint="send"
          onInput={(event) => {
            setText(event.currentTarget.value)
          }}
          onKeyDown={onKeyDown}
        />
        {talk.busy ? (
          <RoundButton
            name={words.stop}
            shape="M7 7h10v10H7z"
            filled
            onClick={() => (talk.stop(), field.current?.focus())}
          />
        ) : (
          <RoundButton name={words.send} shape="M12 19V5M5.5 11.5 12 5l6.5 6.5" disabled={!text.trim()} />
        )}
      </div>
      <p id="keys" class="composer__keys">
        {words.keys}
      </p>
    </form>
  )
}

interface RoundButtonProps {
  name: string
  shape: string
  filled?: boolean
  disabled?: boolean
  onClick?: () => void
}

function RoundButton({ name, shape, filled = false, disabled = false, onClick }: RoundButtonProps) {
  return (
    <button
      // A submit button that turns into "stop" in place must not inherit the click that sent.
      key={name}
      type={onClick ? 'button' : 'submit'}
      class="round"
      aria-label={name}
      title={name}
      disabled={disabled}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true" class={filled ? 'round__filled' : ''}>
        <path d={shape} />
      </svg>
    </button>
  )
}

function useGrowingHeight(field: RefObject<HTMLTextAreaElement>, text: string): void {
  useLayoutEffect(() => {
    const area = field.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${String(area.scrollHeight)}px`
  }, [field, text])
}
