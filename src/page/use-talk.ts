import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Asked } from './talk-client.js'
import { TalkClient } from './talk-client.js'
import { passing } from './storage.js'
import { advance, againTurn, closeTurn, failTurn, isOpen, newTurn, turnsOf, type Turn } from './turn.js'

/** A stream that says nothing for this long is taken as broken; servers send a sign of life more often. */
const SILENCE_MS = 120_000

/** The conversation on the page and what can be done with it. */
export interface Talk {
  turns: Turn[]
  /** A reply is on its way: no second question meanwhile. */
  busy: boolean
  /** An earlier conversation is being fetched. */
  restoring: boolean
  ask: (question: string) => void
  again: (turn: Turn) => void
  stop: () => void
  startOver: () => void
}

/** Keeps one conversation with one assistant. */
export function useTalk(clientId: string, assistantId: string, locale: string): Talk {
  const client = useMemo(() => new TalkClient(clientId, assistantId, passing), [clientId, assistantId])
  const [turns, setTurns] = useState<Turn[]>([])
  const [restoring, setRestoring] = useState(true)
  const running = useRef<AbortController | null>(null)

  useEffect(() => {
    const show = (restored: Turn[]) => {
      // A question asked while the past was loading stays.
      setTurns((now) => [...restored, ...now])
      setRestoring(false)
    }
    client.restore().then(
      (messages) => {
        show(turnsOf(messages))
      },
      () => {
        show([])
      },
    )
    return () => running.current?.abort()
  }, [client])

  const change = useCallback((key: string, next: (turn: Turn) => Turn) => {
    setTurns((now) => now.map((turn) => (turn.key === key ? next(turn) : turn)))
  }, [])

  const run = useCallback(
    async ({ key, question }: Turn) => {
      const abort = new AbortController()
      running.current = abort
      try {
        const asked = await client.ask(question, locale, abort.signal)
        if (asked.anew) change(key, (turn) => ({ ...turn, anew: true }))
        await follow(asked, abort, (next) => {
          change(key, next)
        })
        change(key, closeTurn)
      } catch (error) {
        const stopped = abort.signal.aborted && abort.signal.reason !== 'silence'
        change(key, (turn) => (stopped ? { ...turn, phase: 'stopped', queue: null } : failTurn(turn, error)))
      } finally {
        if (running.current === abort) running.current = null
      }
    },
    [client, locale, change],
  )

  const begin = (turn: Turn) => {
    setTurns((now) => [...now.filter(({ key }) => key !== turn.key), turn])
    void run(turn)
  }
  const busy = turns.some(isOpen)
  return {
    turns,
    busy,
    restoring,
    ask: (question) => {
      if (!busy) begin(newTurn(question))
    },
    again: (turn) => {
      if (!busy) begin(againTurn(turn))
    },
    stop: () => running.current?.abort(),
    startOver: () => {
      running.current?.abort()
      client.forget()
      setTurns([])
    },
  }
}

/** Applies every event to the turn, and gives up on a stream that has gone silent. */
async function follow(
  { events }: Asked,
  abort: AbortController,
  apply: (next: (turn: Turn) => Turn) => void,
) {
  let silence = watch(abort)
  try {
    for await (const event of events) {
      clearTimeout(silence)
      silence = watch(abort)
      apply((turn) => advance(turn, event))
    }
  } finally {
    clearTimeout(silence)
  }
}

function watch(abort: AbortController): ReturnType<typeof setTimeout> {
  return setTimeout(() => {
    abort.abort('silence')
  }, SILENCE_MS)
}
