import { useSpoken } from '../words/spoken.js'
import type { Language } from '../words/words.js'

interface HeaderProps {
  version: string
  menuOpen: boolean
  onMenu: (open: boolean) => void
  onLanguage: (language: Language) => void
}

/** The bar at the top: whose reference this is, ways to elsewhere, the other language. */
export function Header({ version, menuOpen, onMenu, onLanguage }: HeaderProps) {
  const { words, language } = useSpoken()
  return (
    <header class="bar">
      <a class="skip" href="#text" onClick={skip}>
        {words.skip}
      </a>
      <button
        type="button"
        class="button bar__menu"
        aria-expanded={menuOpen}
        aria-controls="menu"
        onClick={() => {
          onMenu(!menuOpen)
        }}
      >
        {menuOpen ? words.close : words.menu}
      </button>
      <a class="bar__brand" href="#">
        <Mark />
        <span>Guichet</span>
        <span class="bar__title">{words.title}</span>
      </a>
      {version !== '' && <span class="bar__version">{words.version(version)}</span>}
      <nav class="bar__links" aria-label="Guichet">
        <a class="bar__link bar__link--wide" href={`../api/v1/openapi.json?lang=${language}`}>
          {words.openApi}
        </a>
        <a class="bar__link bar__link--wide" href="../">
          {words.page}
        </a>
        <button
          type="button"
          class="bar__link"
          lang={words.other.code}
          aria-label={words.other.name}
          onClick={() => {
            onLanguage(words.other.code)
          }}
        >
          <span class="only-phone">{words.other.code.toUpperCase()}</span>
          <span class="not-phone">{words.other.name}</span>
        </button>
      </nav>
    </header>
  )
}

/** The hash names endpoints here, so the link moves the focus by itself. */
function skip(event: Event): void {
  event.preventDefault()
  document.getElementById('text')?.focus()
}

function Mark() {
  return (
    <svg class="bar__mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M5 20v-8a7 7 0 0 1 14 0v8M2.5 20h19" />
      <circle cx="12" cy="13.6" r="1.9" />
    </svg>
  )
}
