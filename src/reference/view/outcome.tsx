import { useEffect, useRef } from 'preact/hooks'
import type { Frame, Outcome } from '../request/send.js'
import { useSpoken } from '../words/spoken.js'
import { Code } from './code.js'

/** Characters of a body that are shown. */
const MOST_SHOWN = 200_000
/** Headers that are worth a reader's while. */
const TELLING =
  /^(content-type|location|retry-after|x-request-id|x-ratelimit|ratelimit|idempot|etag|deprecation)/

/** What came back: status, time, headers, and the body or the frames. */
export function OutcomeView({ outcome }: { outcome: Outcome }) {
  const { words, language } = useSpoken()
  const { state, status, statusText, ms, frames, text } = outcome
  const headers = outcome.headers.filter(([name]) => TELLING.test(name))
  return (
    <div class="outcome" data-testid="outcome" data-state={state}>
      <p class="outcome__head" role="status">
        {status === null ? (
          state === 'open' && words.waiting
        ) : (
          <span class={`status ${status < 300 ? 'status--good' : 'status--bad'}`}>
            {`${String(status)} ${statusText}`.trim()}
          </span>
        )}
        {status !== null && <span class="hint">{words.ms(ms.toLocaleString(language))}</span>}
        {frames.length > 0 && (
          <span class="hint">
            {state === 'open' ? words.streaming(frames.length) : words.streamed(frames.length)}
          </span>
        )}
      </p>
      {state === 'stopped' && <p class="hint">{words.stopped}</p>}
      {state === 'broken' && (
        <p class="wrong" role="alert">
          {words.broken}
        </p>
      )}
      {frames.length > 0 && <Frames frames={frames} />}
      {text !== '' && <BodyView text={text} />}
      {headers.length > 0 && (
        <details>
          <summary>{words.headers}</summary>
          <dl class="headers">
            {headers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  )
}

function BodyView({ text }: { text: string }) {
  const { words } = useSpoken()
  const whole = pretty(text)
  return (
    <>
      <Code
        text={whole.text.slice(0, MOST_SHOWN)}
        language={whole.isJson ? 'json' : 'text'}
        label={words.answer}
      />
      {whole.text.length > MOST_SHOWN && <p class="hint">{words.cut}</p>}
    </>
  )
}

/** The frames so far; the newest stays in sight. */
function Frames({ frames }: { frames: Frame[] }) {
  const { words } = useSpoken()
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const { current } = list
    if (current) current.scrollTop = current.scrollHeight
  }, [frames.length])
  return (
    <ol ref={list} class="frames" tabIndex={0} aria-label={words.frames}>
      {frames.map(({ ms, data }, index) => (
        <li key={index}>
          <span class="frames__time">{words.ms(String(ms))}</span>
          <code>{data}</code>
        </li>
      ))}
    </ol>
  )
}

function pretty(text: string): { text: string; isJson: boolean } {
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2), isJson: true }
  } catch {
    return { text, isJson: false }
  }
}
