import type { ComponentChildren } from 'preact'
import { useSpoken } from './language.js'
import type { Language } from './words.js'

interface HeaderProps {
  onLanguage: (language: Language) => void
  children?: ComponentChildren
}

/** The sign above the counter: the name, the page's own buttons, the other language. */
export function Header({ onLanguage, children }: HeaderProps) {
  const { words } = useSpoken()
  const other = words.otherLanguage
  return (
    <header class="header">
      <a class="skip" href="#question">
        {words.skipToQuestion}
      </a>
      <span class="brand">
        <Mark />
        Guichet
      </span>
      <div class="header__actions">
        {children}
        <button
          type="button"
          class="button button--bare"
          lang={other.code}
          aria-label={other.name}
          onClick={() => {
            onLanguage(other.code)
          }}
        >
          <span class="only-phone">{other.code.toUpperCase()}</span>
          <span class="not-phone">{other.name}</span>
        </button>
      </div>
    </header>
  )
}

function Mark() {
  return (
    <svg class="brand__mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M5 20v-8a7 7 0 0 1 14 0v8M2.5 20h19" />
      <circle cx="12" cy="13.6" r="1.9" />
    </svg>
  )
}
