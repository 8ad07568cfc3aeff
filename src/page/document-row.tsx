import { useEffect, useRef, useState } from 'preact/hooks'
import { formatCount } from './format.js'
import { useSpoken, type Spoken } from './language.js'
import { isUnderWay } from './use-documents.js'
import type { Document } from './wire.js'

const STAGES = ['extract', 'chunk', 'embed', 'index'] as const
type ShownStage = (typeof STAGES)[number]

interface DocumentRowProps {
  document: Document
  onRemove: (id: string) => void
  onAsk: () => void
}

/** One document: its stages while it is read, then what it holds and what can be done with it. */
export function DocumentRow({ document, onRemove, onAsk }: DocumentRowProps) {
  const spoken = useSpoken()
  const working = isUnderWay(document)
  const state = working ? 'working' : document.status
  return (
    <li class="document" data-status={document.status}>
      <p class="document__title">{document.title}</p>
      {working && document.status !== 'deleting' && <StageBar document={document} />}
      <p class={`document__state document__state--${state}`} role="status">
        {stateOf(document, spoken)}
      </p>
      {!working && <Actions document={document} onRemove={onRemove} onAsk={onAsk} />}
    </li>
  )
}

function stateOf(document: Document, { language, words }: Spoken): string {
  const count = (value: number) => formatCount(value, language)
  if (document.status === 'failed') return document.error || words.notRead
  if (document.status === 'deleting') return words.removing
  if (document.status === 'ready') {
    const pages = document.pages ? [words.pages(document.pages, count(document.pages))] : []
    return [words.ready, ...pages, words.passages(document.passages, count(document.passages))].join(' · ')
  }
  const stage = shownStage(document)
  if (document.status === 'pending' || stage === null) return words.waiting
  const { pages, pagesDone, passages, passagesDone } = document
  if (stage === 'extract' && pages) {
    return `${words.stages[stage]} · ${words.pagesOf(count(pagesDone), count(pages))}`
  }
  if (stage === 'embed' && passages) {
    return `${words.stages[stage]} · ${words.passagesOf(count(passagesDone), count(passages))}`
  }
  return words.stages[stage]
}

function StageBar({ document }: { document: Document }) {
  const { words } = useSpoken()
  const stage = shownStage(document)
  const at = stage === null || document.status === 'pending' ? -1 : STAGES.indexOf(stage)
  return (
    <ol class="stages" aria-hidden="true" data-stage={stage ?? ''}>
      {STAGES.map((name, index) => {
        const share = index < at ? 1 : index > at ? 0 : shareOf(document, name)
        return (
          <li key={name} class={index === at ? 'stage stage--now' : 'stage'} title={words.stages[name]}>
            <span style={{ transform: `scaleX(${String(share)})` }} />
          </li>
        )
      })}
    </ol>
  )
}

/** How much of its present stage is done; a stage that cannot be counted shows as begun. */
function shareOf(document: Document, stage: ShownStage): number {
  const { pages, pagesDone, passages, passagesDone } = document
  if (stage === 'extract' && pages) return pagesDone / pages
  if (stage === 'embed' && passages) return passagesDone / passages
  return 0.5
}

function shownStage({ stage }: Document): ShownStage | null {
  if (stage === 'fetch') return 'extract'
  return STAGES.find((known) => known === stage) ?? null
}

function Actions({ document, onRemove, onAsk }: DocumentRowProps) {
  const { words } = useSpoken()
  const [asking, setAsking] = useState(false)
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (asking) keep.current?.focus()
  }, [asking])
  const { id, title, type } = document

  if (asking) {
    return (
      <p class="document__actions">
        <span>{words.removeQuestion}</span>
        <button type="button" class="link link--danger" onClick={() => onRemove(id)}>
          {words.remove}
        </button>
        <button type="button" class="link" ref={keep} onClick={() => setAsking(false)}>
          {words.keep}
        </button>
      </p>
    )
  }
  return (
    <p class="document__actions">
      {document.status === 'ready' && (
        <button type="button" class="link" aria-label={words.askAboutDocument(title)} onClick={onAsk}>
          {words.askAbout}
        </button>
      )}
      {type === 'file' && (
        <button
          type="button"
          class="link"
          aria-label={words.removeDocument(title)}
          onClick={() => setAsking(true)}
        >
          {words.remove}
        </button>
      )}
    </p>
  )
}
