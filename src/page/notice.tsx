import { useSpoken } from './language.js'
import type { Problem } from './turn.js'
import type { Words } from './words.js'

interface NoticeProps {
  text: string
  /** A few words above the text. */
  heading?: string
  action?: { name: string; run: () => void }
}

/** Something that did not go as wished, said calmly, with what can be done about it. */
export function Notice({ text, heading, action }: NoticeProps) {
  return (
    <div class="notice">
      {heading && <strong class="notice__heading">{heading}</strong>}
      <p>{text}</p>
      {action && (
        <button type="button" class="button" onClick={action.run}>
          {action.name}
        </button>
      )}
    </div>
  )
}

/** One sentence for a refusal: the server's own where it has one. */
export function problemText({ status, detail, retryAfterSeconds }: Problem, words: Words): string {
  const busy = status === 429 || status === 503
  if (status === 0) return words.unreachable
  if (!busy) return detail || words.failed
  if (!detail) return words.busy(retryAfterSeconds)
  return retryAfterSeconds === null ? detail : `${detail} ${words.retryIn(retryAfterSeconds)}`
}

/** A refusal as a notice. */
export function ProblemNotice({
  problem,
  heading,
  action,
}: Omit<NoticeProps, 'text'> & { problem: Problem }) {
  const { words } = useSpoken()
  return (
    <Notice
      text={problemText(problem, words)}
      {...(heading === undefined ? {} : { heading })}
      {...(action ? { action } : {})}
    />
  )
}
