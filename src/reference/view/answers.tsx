import { isGood, type Answer, type Endpoint } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { readShape } from '../document/shape.js'
import { useSpoken } from '../words/spoken.js'
import { Line } from './prose.js'
import { Answered, SchemaView } from './schema.js'

interface AnswersProps {
  endpoint: Endpoint
  schemas: Json
}

/** What an endpoint answers: each success with its body, the refusals in one table. */
export function Answers({ endpoint, schemas }: AnswersProps) {
  const { words } = useSpoken()
  const good = endpoint.answers.filter(isGood)
  const refused = endpoint.answers.filter((answer) => !isGood(answer))
  return (
    <section>
      <h2>{words.answers}</h2>
      <Answered value={true}>
        {good.map((answer) => (
          <Success
            key={answer.status}
            answer={answer}
            twin={good.find(({ schema }) => JSON.stringify(schema) === JSON.stringify(answer.schema))}
            schemas={schemas}
          />
        ))}
        {refused.length > 0 && <Refusals answers={refused} schemas={schemas} />}
      </Answered>
    </section>
  )
}

interface SuccessProps {
  answer: Answer
  /** The first answer with the same body: itself, or the one that has told of it. */
  twin: Answer | undefined
  schemas: Json
}

function Success({ answer, twin = answer, schemas }: SuccessProps) {
  const { words } = useSpoken()
  const { status, description, mediaType, schema, frames } = answer
  return (
    <div class="answer">
      <h3>
        <span class="status status--good">{status}</span> {description}
        {mediaType !== null && mediaType !== 'application/json' && <code>{mediaType}</code>}
      </h3>
      {schema !== null && twin !== answer && <p class="hint">{words.sameAs(twin.status)}</p>}
      {schema !== null && twin === answer && <SuccessBody schema={schema} schemas={schemas} />}
      {schema === null && frames === null && <p class="hint">{words.empty}</p>}
      {frames !== null && (
        <>
          <h4>{words.frames}</h4>
          <p class="hint">
            <Line text={words.framesMeaning} />
          </p>
          <SchemaView schema={frames} schemas={schemas} />
        </>
      )}
    </div>
  )
}

/** The envelope is told of once, in the introduction: here only what is in it. */
function SuccessBody({ schema, schemas }: { schema: Json; schemas: Json }) {
  const { words } = useSpoken()
  const { properties } = readShape(schema, schemas)
  const data = properties.find(({ name }) => name === 'data')
  const isEnvelope = data !== undefined && properties.some(({ name }) => name === 'status_code')
  if (!isEnvelope) return <SchemaView schema={schema} schemas={schemas} />
  const isEmpty = readShape(data.schema, schemas).kind === 'null'
  return (
    <>
      <p class="hint">
        <Line text={isEmpty ? words.noData : words.envelope} />
      </p>
      {!isEmpty && <SchemaView schema={data.schema} schemas={schemas} />}
    </>
  )
}

function Refusals({ answers, schemas }: { answers: Answer[]; schemas: Json }) {
  const { words } = useSpoken()
  const body = answers.find(({ schema }) => schema !== null)?.schema
  return (
    <div class="answer">
      <h3>{words.refusals}</h3>
      <dl class="terms terms--status">
        {answers.map(({ status, description }) => (
          <div key={status} class="terms__row">
            <dt>
              <span class="status">{status === 'default' ? words.anyStatus : status}</span>
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">
        <Line text={words.refusalsMeaning} /> <a href="#guide-errors">→</a>
      </p>
      {body && (
        <details class="failure">
          <summary>{words.failureBody}</summary>
          <SchemaView schema={body} schemas={schemas} />
        </details>
      )}
    </div>
  )
}
