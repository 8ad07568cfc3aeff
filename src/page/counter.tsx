import { useRef, useState } from 'preact/hooks'
import { Composer } from './composer.js'
import { Conversation } from './conversation.js'
import { Desk } from './desk.js'
import { DropVeil } from './drop-veil.js'
import { Header } from './header.js'
import { useSpoken } from './language.js'
import { Notice } from './notice.js'
import { useDocuments } from './use-documents.js'
import { useTalk, type Talk } from './use-talk.js'
import { Welcome } from './welcome.js'
import type { AssistantInfo, PageConfig } from './wire.js'
import type { Language } from './words.js'

// The server sends a browser here when its operator link opened nothing.
const linkExpired = new URLSearchParams(location.search).get('operator') === 'expired'

interface CounterProps {
  clientId: string
  assistant: AssistantInfo
  config: PageConfig
  onLanguage: (language: Language) => void
}

/** The page once it knows whom one talks to. */
export function Counter({ clientId, assistant, config, onLanguage }: CounterProps) {
  const { language, words } = useSpoken()
  const talk = useTalk(clientId, assistant.id, language)
  const [deskOpen, setDeskOpen] = useState(false)
  const question = useRef<HTMLTextAreaElement>(null)
  const toQuestion = () => {
    setDeskOpen(false)
    question.current?.focus()
  }

  const startOver = () => {
    talk.startOver()
    toQuestion()
  }

  return (
    <div class={config.operator ? 'counter counter--operator' : 'counter'}>
      <Header onLanguage={onLanguage}>
        {talk.turns.length > 0 && (
          <button type="button" class="button button--bare" onClick={startOver}>
            <span class="only-phone">{words.startOverShort}</span>
            <span class="not-phone">{words.startOver}</span>
          </button>
        )}
        {config.operator && (
          <button
            type="button"
            class="button button--bare only-narrow"
            aria-expanded={deskOpen}
            aria-controls="desk"
            onClick={() => {
              setDeskOpen(!deskOpen)
            }}
          >
            {words.desk}
          </button>
        )}
      </Header>
      <main class="talk">
        {linkExpired && !config.operator && talk.turns.length === 0 && (
          <Notice text={words.operatorExpired} />
        )}
        {talk.turns.length === 0 && !talk.restoring && (
          <Welcome assistant={assistant} onAsk={ask(talk, toQuestion)} />
        )}
        <Conversation talk={talk} />
        <Composer talk={talk} field={question} />
        <footer class="footer">
          <span>{words.local}</span>
          {config.version && <span>{words.version(config.version)}</span>}
          <a href={`./docs/?lang=${language}`}>{words.reference}</a>
        </footer>
      </main>
      {config.operator && (
        <OperatorSide assistant={assistant} config={config} open={deskOpen} onAskAbout={toQuestion} />
      )}
    </div>
  )
}

interface OperatorSideProps {
  assistant: AssistantInfo
  config: PageConfig
  open: boolean
  onAskAbout: () => void
}

function OperatorSide({ assistant, config, open, onAskAbout }: OperatorSideProps) {
  const documents = useDocuments(config.maxUploadBytes)
  return (
    <>
      <Desk
        assistant={assistant}
        documents={documents}
        maxUploadBytes={config.maxUploadBytes}
        open={open}
        onAskAbout={onAskAbout}
      />
      <DropVeil onFiles={documents.upload} />
    </>
  )
}

function ask(talk: Talk, toQuestion: () => void) {
  return (question: string) => {
    talk.ask(question)
    toQuestion()
  }
}
