import { useState } from 'preact/hooks'
import type { Endpoint } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { takesForm, newDraft, type Draft } from '../request/draft.js'
import type { Credentials } from '../request/credentials.js'
import { useSpoken } from '../words/spoken.js'
import { AccessView } from './access.js'
import { Answers } from './answers.js'
import { Examples } from './examples.js'
import { Method } from './method.js'
import { Parameters } from './parameters.js'
import { Line, Prose } from './prose.js'
import { SchemaView } from './schema.js'
import { TryIt } from './try-it.js'

interface EndpointProps {
  endpoint: Endpoint
  schemas: Json
  previous: Endpoint | undefined
  next: Endpoint | undefined
  held: Credentials
  onHeld: (held: Credentials) => void
  drafts: Map<string, Draft>
}

/** Everything about one endpoint: what it is at the left, how it is used at the right. */
export function EndpointView({ endpoint, schemas, previous, next, held, onHeld, drafts }: EndpointProps) {
  const { words } = useSpoken()
  const { method, path, aliases, summary, description, body } = endpoint
  const [draft, setDraft] = useState(() => drafts.get(endpoint.id) ?? newDraft(endpoint, schemas))
  const onDraft = (changed: Draft) => {
    drafts.set(endpoint.id, changed)
    setDraft(changed)
  }
  const shared = { endpoint, schemas, draft, onDraft, held, onHeld }
  return (
    <article class="endpoint">
      <div class="endpoint__told">
        <header>
          <h1 tabIndex={-1}>{summary}</h1>
          <p class="address">
            <Method name={method} />
            <code>{path}</code>
          </p>
          {aliases.length > 0 && (
            <p class="aliases">
              {words.alsoAt}{' '}
              {aliases.map((alias, index) => (
                <span key={alias}>
                  {index > 0 && ', '}
                  <code>{alias}</code>
                </span>
              ))}
            </p>
          )}
        </header>
        <Prose text={description} />
        {endpoint.idempotent && (
          <p class="note">
            <Line text={words.idempotent} /> <a href="#guide-idempotency">→</a>
          </p>
        )}
        <AccessView endpoint={endpoint} />
        <Parameters parameters={endpoint.parameters} schemas={schemas} />
        {body !== null && (
          <section>
            <h2>{takesForm(endpoint) ? words.form : words.body}</h2>
            {!body.required && <p class="hint">{words.bodyOptional}</p>}
            <SchemaView schema={body.schema} schemas={schemas} />
          </section>
        )}
        <Answers endpoint={endpoint} schemas={schemas} />
      </div>
      <div class="endpoint__used">
        <Examples {...shared} />
        <TryIt {...shared} />
      </div>
      <Neighbours previous={previous} next={next} />
    </article>
  )
}

function Neighbours({ previous, next }: Pick<EndpointProps, 'previous' | 'next'>) {
  const { words } = useSpoken()
  const link = (endpoint: Endpoint | undefined, label: string, side: string) =>
    endpoint && (
      <a class={`neighbours__${side}`} href={`#${endpoint.id}`} rel={side}>
        <span class="hint">{label}</span>
        {endpoint.summary}
      </a>
    )
  return (
    <div class="neighbours">
      {link(previous, words.previous, 'prev')}
      {link(next, words.next, 'next')}
    </div>
  )
}
