import { useEffect, useRef } from 'preact/hooks'
import type { Reference } from '../document/reference.js'
import type { Credentials } from '../request/credentials.js'
import type { Draft } from '../request/draft.js'
import { GUIDE_SECTIONS } from '../words/guide.js'
import { useSpoken } from '../words/spoken.js'
import { EndpointView } from './endpoint.js'
import { GuideView } from './guide.js'

interface ArticleProps {
  reference: Reference
  hash: string
  held: Credentials
  onHeld: (held: Credentials) => void
  /** What has been typed so far, by endpoint; lives as long as the page. */
  drafts: Map<string, Draft>
}

/** What the address names: an endpoint, or a section of the introduction. */
export function Article({ reference, hash, held, onHeld, drafts }: ArticleProps) {
  const { words } = useSpoken()
  const main = useRef<HTMLElement>(null)
  const endpoints = reference.chapters.flatMap((chapter) => chapter.endpoints)
  const index = endpoints.findIndex(({ id }) => id === hash)
  const endpoint = endpoints[index]
  const isGuide = hash === '' || GUIDE_SECTIONS.some((id) => id === hash)
  useArrival(main, hash)

  useEffect(() => {
    document.title = `${endpoint?.summary ?? words.title} · Guichet`
  }, [endpoint?.summary, words])

  return (
    <main id="text" ref={main} class="text" tabIndex={-1}>
      {endpoint !== undefined && (
        <EndpointView
          key={endpoint.id}
          endpoint={endpoint}
          schemas={reference.schemas}
          previous={endpoints[index - 1]}
          next={endpoints[index + 1]}
          held={held}
          onHeld={onHeld}
          drafts={drafts}
        />
      )}
      {endpoint === undefined && isGuide && <GuideView />}
      {endpoint === undefined && !isGuide && (
        <div class="prose">
          <h1>{words.unknown(hash)}</h1>
          <p>
            <a href="#">{words.toGuide}</a>
          </p>
        </div>
      )}
    </main>
  )
}

/** Begins each new place at its top, or at the section that is named, with the focus there. */
function useArrival(main: { current: HTMLElement | null }, hash: string): void {
  const before = useRef<string | null>(null)
  useEffect(() => {
    const isFirst = before.current === null
    before.current = hash
    const section = GUIDE_SECTIONS.some((id) => id === hash) ? document.getElementById(hash) : null
    if (section) section.scrollIntoView()
    else if (!isFirst) scrollTo(0, 0)
    if (!isFirst)
      (section?.querySelector('h2') ?? main.current?.querySelector('h1'))?.focus({ preventScroll: true })
  }, [hash, main])
}
