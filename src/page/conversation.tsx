import { useEffect, useRef } from 'preact/hooks'
import { useSpoken } from './language.js'
import { problemText } from './notice.js'
import { TurnView } from './turn-view.js'
import { isOpen, type Turn } from './turn.js'
import type { Talk } from './use-talk.js'
import type { Words } from './words.js'

/** The questions and replies, and what a screen reader is told of the last one. */
export function Conversation({ talk }: { talk: Talk }) {
  const { words } = useSpoken()
  const last = talk.turns.at(-1)
  const list = useFollowing(last)
  return (
    <section aria-label={words.conversation} class="conversation" aria-busy={talk.busy}>
      <ol ref={list} class="turns">
        {talk.turns.map((turn) => (
          <TurnView key={turn.key} turn={turn} busy={talk.busy} onAgain={talk.again} />
        ))}
      </ol>
      {/* Word by word would be unbearable to hear: the reply is announced once, whole. */}
      <p class="unseen" role="status" aria-live="polite">
        {last ? announcement(last, words) : ''}
      </p>
    </section>
  )
}

function announcement(turn: Turn, words: Words): string {
  switch (turn.phase) {
    case 'waiting':
      return words.searching
    case 'writing':
      return words.writing
    case 'done':
      return turn.reply?.mode ? `${words.modes[turn.reply.mode].name}. ${turn.text}` : turn.text
    case 'stopped':
      return words.stopped
    case 'interrupted':
      return words.interrupted
    case 'failed':
      return turn.problem ? problemText(turn.problem, words) : words.failed
  }
}

/**
 * Keeps the growing reply in view, but never pushes its own question off the screen, and lets go as soon
 * as the reader scrolls away.
 */
function useFollowing(last: Turn | undefined) {
  const list = useRef<HTMLOListElement>(null)
  const following = useRef(false)
  const key = last?.key
  const asked = last !== undefined && isOpen(last)

  useEffect(() => {
    following.current = asked
    const letGo = (event: Event) => {
      if (!(event instanceof KeyboardEvent) || /^(Page|Arrow|Home|End)/.test(event.key))
        following.current = false
    }
    const signs = ['wheel', 'touchmove', 'keydown'] as const
    for (const sign of signs) addEventListener(sign, letGo, { passive: true })
    return () => {
      for (const sign of signs) removeEventListener(sign, letGo)
    }
    // `asked` only matters when another turn begins.
  }, [key])

  useEffect(() => {
    const item = list.current?.lastElementChild
    if (!item || !following.current) return
    const { top, bottom } = item.getBoundingClientRect()
    const composer = document.querySelector('.composer')?.getBoundingClientRect().top ?? innerHeight
    const header = document.querySelector('.header')?.getBoundingClientRect().bottom ?? 0
    const down = Math.min(bottom - composer + 24, top - header - 16)
    if (down > 0) scrollBy({ top: down })
  })
  return list
}
