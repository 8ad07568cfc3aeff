import { useRef, useState } from 'preact/hooks'
import { setAnswerMode } from './api.js'
import { DocumentRow } from './document-row.js'
import { formatBytes, formatCount } from './format.js'
import { useSpoken } from './language.js'
import { Notice, ProblemNotice } from './notice.js'
import { problemOf, type Problem } from './turn.js'
import type { Documents, Refusal } from './use-documents.js'
import { ANSWER_MODES, type AnswerMode, type AssistantInfo } from './wire.js'

interface DeskProps {
  assistant: AssistantInfo
  documents: Documents
  maxUploadBytes: number | null
  /** On narrow screens: is it unfolded? */
  open: boolean
  onAskAbout: () => void
}

/** The operator's side: how replies are made, and the documents they are made from. */
export function Desk({ assistant, documents, maxUploadBytes, open, onAskAbout }: DeskProps) {
  return (
    <aside id="desk" class={open ? 'desk desk--open' : 'desk'}>
      <ModeSwitch assistant={assistant} />
      <Shelf documents={documents} maxUploadBytes={maxUploadBytes} onAskAbout={onAskAbout} />
    </aside>
  )
}

function ModeSwitch({ assistant }: { assistant: AssistantInfo }) {
  const { words } = useSpoken()
  const [mode, setMode] = useState(assistant.answerMode)
  const [problem, setProblem] = useState<Problem | null>(null)

  const choose = async (wanted: AnswerMode) => {
    const before = mode
    setMode(wanted)
    setProblem(null)
    try {
      setMode(await setAnswerMode(assistant.id, wanted))
    } catch (error) {
      setMode(before)
      setProblem(problemOf(error))
    }
  }
  return (
    <fieldset class="modes">
      <legend class="label">{words.howReplies}</legend>
      <div class="modes__row">
        {ANSWER_MODES.map((option) => (
          <label key={option} class="modes__option">
            <input
              type="radio"
              name="answer-mode"
              value={option}
              checked={mode === option}
              aria-describedby="mode-meaning"
              onChange={() => void choose(option)}
            />
            <span>{words.answerModes[option].name}</span>
          </label>
        ))}
      </div>
      <p id="mode-meaning" class="hint">
        {words.answerModes[mode].meaning}
      </p>
      {problem && <ProblemNotice problem={problem} />}
    </fieldset>
  )
}

type ShelfProps = Pick<DeskProps, 'documents' | 'maxUploadBytes' | 'onAskAbout'>

function Shelf({ documents, maxUploadBytes, onAskAbout }: ShelfProps) {
  const { language, words } = useSpoken()
  const heading = useRef<HTMLHeadingElement>(null)
  const held = documents.documents.filter(({ guide }) => !guide)
  const guides = documents.documents.filter(({ guide }) => guide)
  const empty = held.length === 0 && documents.sending.length === 0 && !documents.problem
  const remove = (id: string) => {
    documents.remove(id)
    // The button that had the focus is about to go.
    heading.current?.focus()
  }
  return (
    <section aria-labelledby="documents" class="shelf">
      <h2 id="documents" class="label" ref={heading} tabIndex={-1}>
        {words.documents}
      </h2>
      <DropZone maxUploadBytes={maxUploadBytes} onFiles={documents.upload} />
      {documents.refusals.map((refusal) => (
        <RefusalNotice key={refusal.key} refusal={refusal} onDismiss={documents.dismiss} />
      ))}
      {documents.problem && <ProblemNotice problem={documents.problem} />}
      {empty && <p class="hint">{words.noDocuments}</p>}
      <ul class="documents" data-testid="documents">
        {documents.sending.map((name, index) => (
          <li key={`sending-${String(index)}`} class="document">
            <p class="document__title">{name}</p>
            <p class="document__state document__state--working">{words.sending}</p>
          </li>
        ))}
        {held.map((document) => (
          <DocumentRow key={document.id} document={document} onRemove={remove} onAsk={onAskAbout} />
        ))}
      </ul>
      {documents.total > documents.documents.length && (
        <p class="hint">{words.more(formatCount(documents.total - documents.documents.length, language))}</p>
      )}
      {guides.length > 0 && (
        <details class="nearest">
          <summary>{words.guides(formatCount(guides.length, language))}</summary>
          <ul class="documents">
            {guides.map((document) => (
              <DocumentRow key={document.id} document={document} onRemove={remove} onAsk={onAskAbout} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

interface DropZoneProps {
  maxUploadBytes: number | null
  onFiles: (files: readonly File[]) => void
}

function DropZone({ maxUploadBytes, onFiles }: DropZoneProps) {
  const { language, words } = useSpoken()
  const limit = maxUploadBytes === null ? null : formatBytes(maxUploadBytes, language)
  return (
    <label class="drop">
      <input
        type="file"
        multiple
        class="drop__input"
        onChange={(event) => {
          const input = event.currentTarget
          onFiles([...(input.files ?? [])])
          // So that choosing the same file again is a change again.
          input.value = ''
        }}
      />
      <span class="drop__title">{words.dropTitle}</span>
      <span class="button drop__choose">{words.choose}</span>
      <span class="hint">{words.dropHint(limit)}</span>
    </label>
  )
}

function RefusalNotice({ refusal, onDismiss }: { refusal: Refusal; onDismiss: (key: string) => void }) {
  const { language, words } = useSpoken()
  const run = () => {
    onDismiss(refusal.key)
  }
  const shared = { heading: refusal.name, action: { name: words.dismiss, run } }
  if (refusal.tooLargeLimit !== null) {
    return <Notice text={words.tooLarge(formatBytes(refusal.tooLargeLimit, language))} {...shared} />
  }
  return refusal.problem ? <ProblemNotice problem={refusal.problem} {...shared} /> : null
}
