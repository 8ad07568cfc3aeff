import { useEffect, useState } from 'preact/hooks'
import { useSpoken } from '../words/spoken.js'
import { tokens, type CodeLanguage } from './highlight.js'

/** How long the button says that it has copied, in ms. */
const SAID_MS = 2000

interface CodeProps {
  text: string
  language: CodeLanguage
  label?: string
}

/** A block of code that scrolls by itself and can be copied. */
export function Code({ text, language, label }: CodeProps) {
  return (
    <div class="code">
      <pre tabIndex={0} {...(label !== undefined && { role: 'region', 'aria-label': label })}>
        <code translate={false}>
          {tokens(text, language).map((token, index) =>
            token.kind === '' ? (
              token.text
            ) : (
              <span key={index} class={`code__${token.kind}`}>
                {token.text}
              </span>
            ),
          )}
        </code>
      </pre>
      <CopyButton text={text} />
    </div>
  )
}

function CopyButton({ text }: { text: string }) {
  const { words } = useSpoken()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => {
      setCopied(false)
    }, SAID_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [copied])
  return (
    <button
      type="button"
      class="code__copy"
      onClick={() => {
        void copy(text).then(setCopied)
      }}
    >
      <span aria-live="polite">{copied ? words.copied : words.copy}</span>
    </button>
  )
}

/** The clipboard is only given to secure origins; elsewhere the browser's older way still works. */
async function copy(text: string): Promise<boolean> {
  if (isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  document.body.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way over plain HTTP
  const done = document.execCommand('copy')
  area.remove()
  return done
}
