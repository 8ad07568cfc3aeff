import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { fetchReference, type Reference } from './document/reference.js'
import { ROOT, useHash } from './place.js'
import { NO_CREDENTIALS } from './request/credentials.js'
import type { Draft } from './request/draft.js'
import { Article } from './view/article.js'
import { Header } from './view/header.js'
import { Menu } from './view/menu.js'
import { SpokenProvider, useLanguage } from './words/spoken.js'
import type { Language } from './words/words.js'

/** The whole reference: what there is at the left, the chosen endpoint beside it. */
export function App() {
  const [spoken, setLanguage] = useLanguage()
  const { words, language } = spoken
  const { reference, failed, reload } = useReference(language)
  const hash = useHash()
  const [menuOpen, setMenuOpen] = useState(false)
  const [held, setHeld] = useState(NO_CREDENTIALS)
  const drafts = useRef(new Map<string, Draft>())

  useEffect(() => {
    setMenuOpen(false)
  }, [hash])

  return (
    <SpokenProvider value={spoken}>
      <Header
        version={reference?.version ?? ''}
        menuOpen={menuOpen}
        onMenu={setMenuOpen}
        onLanguage={setLanguage}
      />
      {reference === null ? (
        <main class="alone" aria-busy={!failed}>
          <p>{failed ? words.unreachable : words.loading}</p>
          {failed && (
            <button type="button" class="button" onClick={reload}>
              {words.tryAgain}
            </button>
          )}
        </main>
      ) : (
        <div class="frame">
          <Menu chapters={reference.chapters} current={hash} open={menuOpen} onClose={setMenuOpen} />
          <Article reference={reference} hash={hash} held={held} onHeld={setHeld} drafts={drafts.current} />
        </div>
      )}
    </SpokenProvider>
  )
}

/** The document in a language; while another one is fetched, the one before stays. */
function useReference(language: Language) {
  const [reference, setReference] = useState<Reference | null>(null)
  const [failed, setFailed] = useState(false)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const leaving = new AbortController()
    setFailed(false)
    fetchReference(ROOT, language, leaving.signal).then(setReference, () => {
      if (!leaving.signal.aborted) setFailed(true)
    })
    return () => {
      leaving.abort()
    }
  }, [language, attempt])
  const reload = useCallback(() => {
    setAttempt((count) => count + 1)
  }, [])
  return { reference, failed, reload }
}
