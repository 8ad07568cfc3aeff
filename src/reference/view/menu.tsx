import { useEffect, useRef, useState } from 'preact/hooks'
import type { Endpoint } from '../document/endpoint.js'
import { filterChapters, type Chapter } from '../document/reference.js'
import { ROOT } from '../place.js'
import { GUIDE_SECTIONS } from '../words/guide.js'
import { useSpoken } from '../words/spoken.js'
import { Method } from './method.js'

interface MenuProps {
  chapters: readonly Chapter[]
  current: string
  /** Only matters on a phone, where it covers the page. */
  open: boolean
  onClose: (open: false) => void
}

/** What there is, by chapter. `/` goes to the filter, the arrows through what is left, Enter to the first. */
export function Menu({ chapters, current, open, onClose }: MenuProps) {
  const { words } = useSpoken()
  const [query, setQuery] = useState('')
  const whole = useRef<HTMLElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const found = filterChapters(chapters, query)
  useSlash(field)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      if (query === '') onClose(false)
      setQuery('')
    }
    if (event.key === 'Enter' && event.target === field.current) linksOf(whole.current)[0]?.click()
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const stops = [field.current, ...linksOf(whole.current)]
    stops[stops.indexOf(event.target as HTMLAnchorElement) + step]?.focus()
  }

  return (
    <nav
      id="menu"
      ref={whole}
      class={open ? 'menu menu--open' : 'menu'}
      aria-label={words.contents}
      onKeyDown={onKeyDown}
    >
      <div class="menu__filter">
        <input
          ref={field}
          type="search"
          aria-label={words.filter}
          aria-keyshortcuts="/"
          placeholder={words.filterHint}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value)
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <p class={query === '' ? 'unseen' : 'menu__count'} role="status">
        {query === '' ? '' : words.matches(found.reduce((sum, { endpoints }) => sum + endpoints.length, 0))}
      </p>
      {query === '' && <GuideLinks current={current} />}
      {found.map(({ name, title, endpoints }) => (
        <section key={name} class="menu__chapter">
          <h2 class="menu__title">{title}</h2>
          <ul>
            {endpoints.map((endpoint) => (
              <EndpointLink key={endpoint.id} endpoint={endpoint} current={current} />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}

function GuideLinks({ current }: { current: string }) {
  const { words } = useSpoken()
  const sections = words.guide.sections(ROOT.href)
  const links = [
    ['', words.guide.title] as const,
    ...GUIDE_SECTIONS.map((id) => [id, sections[id].title] as const),
  ]
  return (
    <section class="menu__chapter">
      <ul>
        {links.map(([id, title]) => (
          <li key={id}>
            <a class="menu__link" href={`#${id}`} {...(current === id && { 'aria-current': 'page' })}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function EndpointLink({
  endpoint: { id, method, summary },
  current,
}: {
  endpoint: Endpoint
  current: string
}) {
  const link = useRef<HTMLAnchorElement>(null)
  const isCurrent = current === id
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: 'nearest' })
  }, [isCurrent])
  return (
    <li>
      <a ref={link} class="menu__link" href={`#${id}`} {...(isCurrent && { 'aria-current': 'page' })}>
        <span>{summary}</span>
        <Method name={method} small />
      </a>
    </li>
  )
}

function linksOf(menu: HTMLElement | null): HTMLAnchorElement[] {
  return [...(menu?.querySelectorAll('a') ?? [])]
}

/** `/` goes to the field, unless somebody is typing. */
function useSlash(field: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof HTMLElement && target.matches('input, textarea, select')
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
    }
  }, [field])
}
