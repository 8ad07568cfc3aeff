import { useEffect, useRef, useState } from 'preact/hooks'
import type { Endpoint } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { ROOT } from '../place.js'
import { credentialHeaders, type Credentials } from '../request/credentials.js'
import { newDraft, type Draft } from '../request/draft.js'
import { prepare } from '../request/prepare.js'
import { send, type Outcome } from '../request/send.js'
import { useSpoken } from '../words/spoken.js'
import { CredentialsForm } from './credentials-form.js'
import { DraftForm } from './draft-form.js'
import { OutcomeView } from './outcome.js'

interface TryItProps {
  endpoint: Endpoint
  schemas: Json
  draft: Draft
  onDraft: (draft: Draft) => void
  held: Credentials
  onHeld: (held: Credentials) => void
}

/** A form that sends the request and shows what comes back. */
export function TryIt({ endpoint, schemas, draft, onDraft, held, onHeld }: TryItProps) {
  const { words } = useSpoken()
  const { outcome, start, stop } = useSending()
  const [missing, setMissing] = useState<string[]>([])
  const isOpen = outcome?.state === 'open'

  const submit = (event: Event) => {
    event.preventDefault()
    const request = prepare(endpoint, schemas, draft, ROOT, credentialHeaders(endpoint, held))
    setMissing(request.missing)
    if (request.missing.length === 0) start(request)
  }
  return (
    <section class="try" aria-labelledby="try-it">
      <header class="try__head">
        <h2 id="try-it">{words.tryIt}</h2>
        <p class="hint">{words.tryItMeaning}</p>
      </header>
      <form class="try__form" onSubmit={submit} noValidate>
        <CredentialsForm endpoint={endpoint} held={held} onHeld={onHeld} />
        <DraftForm endpoint={endpoint} schemas={schemas} draft={draft} onDraft={onDraft} />
        {missing.length > 0 && (
          <p class="wrong" role="alert">
            {words.missing(missing.join(', '))}
          </p>
        )}
        <div class="try__buttons">
          {isOpen ? (
            <button type="button" class="button" onClick={stop}>
              {words.stop}
            </button>
          ) : (
            <button type="submit" class="button button--main">
              {words.send}
            </button>
          )}
          <button
            type="button"
            class="button button--bare"
            onClick={(event) => {
              // @NOTE a chosen file is the browser's own state.
              event.currentTarget.form?.reset()
              onDraft(newDraft(endpoint, schemas))
              setMissing([])
            }}
          >
            {words.reset}
          </button>
        </div>
      </form>
      {outcome !== null && <OutcomeView outcome={outcome} />}
    </section>
  )
}

/** The request under way, or the last one. Leaving the endpoint ends it. */
function useSending() {
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const running = useRef<AbortController | null>(null)
  const stop = () => {
    running.current?.abort()
  }
  useEffect(() => stop, [])
  const start = (request: Parameters<typeof send>[0]) => {
    stop()
    const mine = new AbortController()
    running.current = mine
    void send(request, mine.signal, (now) => {
      if (running.current === mine) setOutcome(now)
    })
  }
  return { outcome, start, stop }
}
