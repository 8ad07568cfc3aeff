import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

interface Scripted {
  content: string
  mode: string
  sources: unknown[]
  /** The stream ends after the first words. */
  cut?: boolean
  slow?: boolean
}

const QUOTE = 'To reset the printer, hold the green button for ten seconds until the lamp blinks.'

/** Streams the scripted reply for a question; the words in the question choose it. */
export async function replyFor(
  question: string,
  title: string | undefined,
  res: ServerResponse,
  keep: (pair: unknown[]) => void,
): Promise<void> {
  const reply = scriptFor(question, title ?? 'printer-manual.pdf')
  const frame = (value: unknown) => res.write(`data: ${JSON.stringify(value)}\n\n`)
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  frame({ type: 'sources', sources: reply.sources })
  for (const word of reply.content.match(/\S+\s*/g) ?? []) {
    frame({ type: 'token', text: word })
    await pause(reply.slow ? 150 : 5)
    if (res.destroyed) return
    if (reply.cut) {
      res.end()
      return
    }
  }
  const pair = pairOf(question, reply)
  keep(pair)
  frame({ type: 'done', data: { user_message: pair[0], assistant_message: pair[1] } })
  res.end()
}

function scriptFor(question: string, title: string): Scripted {
  if (question.includes('interrupt'))
    return { content: 'The first half', mode: 'quote', sources: [], cut: true }
  if (question.includes('slowly'))
    return { content: 'one two three '.repeat(40), mode: 'compose', sources: [], slow: true }
  if (question.includes('president'))
    return { content: 'I did not find this in the documents.', mode: 'declined', sources: [] }
  if (question.includes('attack')) return attack()
  if (question.includes('stored')) {
    const content = 'Open **Settings**, then:\n\n- choose *Keys*\n- see https://example.test/keys.'
    return {
      content,
      mode: 'verbatim',
      sources: [{ type: 'knowledge_qa', title: 'Where are my keys?', snippet: '' }],
    }
  }
  return { content: QUOTE, mode: 'quote', sources: quotedSources(title) }
}

function quotedSources(title: string): unknown[] {
  const before =
    'Should the display stay dark, check first that the paper tray is closed and the power cord seated.'
  const after =
    'The printer then restarts by itself and prints a test page. Counters and network settings are kept.'
  const snippet = `${before} ${QUOTE} ${after}`
  const place = { type: 'knowledge_base', url: null, reference_id: 'doc-1' }
  return [
    { ...place, title, snippet, quote: QUOTE, page: 7, section: 'Troubleshooting › Reset' },
    {
      ...place,
      title: 'Service guide',
      snippet: after,
      quote: after.slice(0, 59),
      page: 31,
      section: 'After a reset',
    },
  ]
}

function attack(): Scripted {
  const script = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
  const content = `${script} [click](javascript:alert(1)) ![pixel](http://outside.test/p.png)`
  return {
    content,
    mode: 'compose',
    sources: [
      { type: 'knowledge_base', title: script, snippet: script, quote: script, url: 'javascript:alert(1)' },
    ],
  }
}

function pairOf(question: string, { content, mode, sources }: Scripted): unknown[] {
  const timings = { queue_ms: 0, retrieval_ms: 41, first_token_ms: 86, total_ms: 1240 }
  const metadata = { answer_mode: mode, model: mode === 'compose' ? 'tinyllama-1.1b.gguf' : null, timings }
  return [
    { id: 'm-1', sender: 'user', content: question, metadata: {}, sources: [] },
    { id: 'm-2', sender: 'assistant', content, metadata, sources },
  ]
}
