import { useState } from 'preact/hooks'
import { isGood, streaming, type Endpoint } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { sampleOf } from '../document/sample.js'
import { ROOT } from '../place.js'
import { exampleCredentials, type Credentials } from '../request/credentials.js'
import { curlOf } from '../request/curl.js'
import type { Draft } from '../request/draft.js'
import { javascriptOf } from '../request/javascript.js'
import { prepare } from '../request/prepare.js'
import { useSpoken } from '../words/spoken.js'
import { Code } from './code.js'
import { Tabs } from './tabs.js'

const NAMES = { curl: 'curl', javascript: 'JavaScript' } as const
type Name = keyof typeof NAMES

/** The tab that was chosen last, for the next endpoint. */
let last: Name = 'curl'

interface ExamplesProps {
  endpoint: Endpoint
  schemas: Json
  draft: Draft
  onDraft: (draft: Draft) => void
  held: Credentials
}

/** The request as code, with what has been typed, and what comes back. */
export function Examples({ endpoint, schemas, draft, onDraft, held }: ExamplesProps) {
  const { words } = useSpoken()
  const [chosen, setChosen] = useState<Name>(last)
  const good = endpoint.answers.find(isGood)
  const isJson = good?.mediaType === 'application/json'
  const request = prepare(endpoint, schemas, draft, ROOT, exampleCredentials(endpoint, held))
  const code = chosen === 'curl' ? curlOf(request) : javascriptOf(request, isJson)
  return (
    <section class="examples" aria-label={words.examples}>
      <Tabs
        label={words.examples}
        names={NAMES}
        chosen={chosen}
        onChoose={(name) => {
          last = name
          setChosen(name)
        }}
      >
        <Code text={code} language={chosen === 'curl' ? 'sh' : 'js'} label={NAMES[chosen]} />
      </Tabs>
      {streaming(endpoint) === 'optional' && (
        <label class="check">
          <input
            type="checkbox"
            checked={draft.stream}
            onChange={(event) => {
              onDraft({ ...draft, stream: event.currentTarget.checked })
            }}
          />
          {words.stream}
        </label>
      )}
      {isJson && good.schema !== null && (
        <details class="sample">
          <summary>
            {words.sampleAnswer} <span class="status status--good">{good.status}</span>
          </summary>
          <Code
            text={JSON.stringify(sampleOf(good.schema, schemas, true), null, 2)}
            language="json"
            label={words.sampleAnswer}
          />
        </details>
      )}
    </section>
  )
}
