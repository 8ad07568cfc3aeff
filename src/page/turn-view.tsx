import { Citations } from './citations.js'
import { formatDuration, formatModel } from './format.js'
import { useSpoken, type Spoken } from './language.js'
import { Notice, ProblemNotice } from './notice.js'
import { Pieces } from './pieces.js'
import { readMarkdown, readPlain } from './rich-text.js'
import { isOpen, type Turn } from './turn.js'
import type { Message } from './wire.js'

interface TurnViewProps {
  turn: Turn
  busy: boolean
  onAgain: (turn: Turn) => void
}

/** One question with its reply, where the reply comes from and how it was made. */
export function TurnView({ turn, busy, onAgain }: TurnViewProps) {
  const { words } = useSpoken()
  return (
    <li class={`turn turn--${turn.phase}`} data-phase={turn.phase}>
      {turn.anew && <p class="turn__anew">{words.newTalk}</p>}
      {turn.question && (
        <div class="question">
          <span class="unseen">{words.you}</span>
          <p>{turn.question}</p>
        </div>
      )}
      <div class="reply">
        {isOpen(turn) && !turn.text && <Waiting turn={turn} />}
        {turn.text && <ReplyText turn={turn} />}
        {turn.reply && <Origin reply={turn.reply} />}
        <Ending turn={turn} busy={busy} onAgain={onAgain} />
      </div>
    </li>
  )
}

function Waiting({ turn }: { turn: Turn }) {
  const { language, words } = useSpoken()
  const { queue, passages } = turn
  const wait = typeof queue?.etaMs !== 'number' ? null : formatDuration(queue.etaMs, language)
  const says = queue
    ? words.queued(queue.position, wait)
    : passages === null
      ? words.searching
      : words.reading(passages)
  return <p class="waiting">{says}</p>
}

function ReplyText({ turn }: { turn: Turn }) {
  const mode = turn.reply?.mode
  // A quote is literal: an asterisk in a document is an asterisk here. Others may be Markdown.
  const marked = mode === 'verbatim' || mode === 'compose'
  const kind = mode ? `reply__text reply__text--${mode}` : 'reply__text'
  return (
    <div class={kind} data-testid="reply">
      <Pieces pieces={marked ? readMarkdown(turn.text) : readPlain(turn.text)} />
      {isOpen(turn) && <span class="caret" aria-hidden="true" />}
    </div>
  )
}

function Origin({ reply }: { reply: Message }) {
  const spoken = useSpoken()
  const { words } = spoken
  const mode = reply.mode ? words.modes[reply.mode] : null
  const details = detailsOf(reply, spoken)
  return (
    <>
      {mode && (
        <p class={`mode mode--${reply.mode ?? ''}`}>
          <span class="badge" data-testid="mode">
            {mode.name}
          </span>
          <span>{mode.meaning}</span>
        </p>
      )}
      <Citations
        citations={reply.citations}
        declined={reply.mode === 'declined'}
        literal={reply.mode !== 'compose'}
      />
      {details.length > 0 && (
        <p class="details" data-testid="details">
          {details.map((detail) => (
            <span key={detail}>{detail}</span>
          ))}
        </p>
      )}
    </>
  )
}

function detailsOf(reply: Message, { language, words }: Spoken): string[] {
  const first = reply.firstWordMs === null ? null : formatDuration(reply.firstWordMs, language)
  const whole = reply.totalMs === null ? null : formatDuration(reply.totalMs, language)
  return [
    reply.model ? formatModel(reply.model) : null,
    // A quote comes all at once: its first word says nothing more.
    first === null || first === whole ? null : words.firstWord(first),
    whole === null ? null : words.total(whole),
  ].filter((detail) => detail !== null)
}

function Ending({ turn, busy, onAgain }: TurnViewProps) {
  const { words } = useSpoken()
  const run = () => {
    onAgain(turn)
  }
  const again = busy || !turn.question ? {} : { action: { name: words.tryAgain, run } }
  if (turn.phase === 'stopped') return <Notice text={words.stopped} {...again} />
  if (turn.phase === 'interrupted') return <Notice text={words.interrupted} {...again} />
  if (turn.phase === 'failed' && turn.problem) return <ProblemNotice problem={turn.problem} {...again} />
  return null
}
