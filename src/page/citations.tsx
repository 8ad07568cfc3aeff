import { formatCount } from './format.js'
import { useSpoken } from './language.js'
import { surround } from './quotation.js'
import { webAddress } from './rich-text.js'
import type { Citation } from './wire.js'

interface CitationsProps {
  citations: readonly Citation[]
  /** The reply declined: these are only the nearest passages, kept folded. */
  declined: boolean
  /** The reply says the very words: they are marked where they stand. */
  literal: boolean
}

/** Where the reply's words stand: numbered cards with title, page, section and the literal quote. */
export function Citations({ citations, declined, literal }: CitationsProps) {
  const { words } = useSpoken()
  if (citations.length === 0) return null
  const cards = (
    <ol class="sources" aria-label={declined ? words.nearest : words.sources} data-testid="sources">
      {citations.map((citation, index) => (
        <Card key={index} number={index + 1} citation={citation} literal={literal} />
      ))}
    </ol>
  )
  if (!declined) return cards
  return (
    <details class="nearest">
      <summary>{words.nearest}</summary>
      {cards}
    </details>
  )
}

interface CardProps {
  number: number
  citation: Citation
  literal: boolean
}

function Card({ number, citation, literal }: CardProps) {
  const { language, words } = useSpoken()
  const { before, quote, after } = surround(citation.snippet, citation.quote)
  const place = [
    citation.type === 'knowledge_qa' ? words.storedAnswer : '',
    citation.page === null ? '' : words.pageNumber(formatCount(citation.page, language)),
    citation.section,
  ].filter((part) => part !== '')
  return (
    <li class="source">
      <span class="source__number" aria-hidden="true">
        {number}
      </span>
      <div class="source__body">
        <p class="source__title">
          <Title citation={citation} />
        </p>
        {place.length > 0 && (
          <p class="source__place">
            {place.map((part) => (
              <span key={part}>{part}</span>
            ))}
          </p>
        )}
        {(quote || after) && (
          <blockquote class="source__quote">
            {before}
            {quote && (literal ? <mark>{quote}</mark> : quote)}
            {after}
          </blockquote>
        )}
      </div>
    </li>
  )
}

function Title({ citation }: { citation: Citation }) {
  const href = webAddress(citation.url)
  if (href === null) return <>{citation.title}</>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {citation.title}
    </a>
  )
}
