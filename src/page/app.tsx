import { useCallback, useEffect, useState } from 'preact/hooks'
import { fetchPageConfig } from './api.js'
import { Counter } from './counter.js'
import { SpokenProvider, useLanguage } from './language.js'
import { Notice } from './notice.js'
import { Header } from './header.js'
import type { PageConfig } from './wire.js'

/** The whole page: a conversation for everyone, and beside it the operator's desk. */
export function App() {
  const [spoken, setLanguage] = useLanguage()
  const { config, failed, reload } = usePageConfig()
  const { words } = spoken

  const name = config?.assistant?.name
  useEffect(() => {
    document.title = name ? `${name} · Guichet` : 'Guichet'
  }, [name])

  const inner = () => {
    if (failed) return <Alone text={words.unreachable} action={{ name: words.tryAgain, run: reload }} />
    if (!config) return <Alone text={words.loading} quiet />
    if (!config.assistant || !config.clientId) return <Alone text={words.noAssistant} />
    return (
      <Counter
        clientId={config.clientId}
        assistant={config.assistant}
        config={config}
        onLanguage={setLanguage}
      />
    )
  }
  const complete = !failed && config?.assistant && config.clientId
  return (
    <SpokenProvider value={spoken}>
      {!complete && <Header onLanguage={setLanguage} />}
      {inner()}
    </SpokenProvider>
  )
}

interface AloneProps {
  text: string
  quiet?: boolean
  action?: { name: string; run: () => void }
}

function Alone({ text, quiet = false, action }: AloneProps) {
  return (
    <main class={quiet ? 'alone alone--quiet' : 'alone'}>
      <Notice text={text} {...(action ? { action } : {})} />
    </main>
  )
}

function usePageConfig(): { config: PageConfig | null; failed: boolean; reload: () => void } {
  const [config, setConfig] = useState<PageConfig | null>(null)
  const [failed, setFailed] = useState(false)
  const reload = useCallback(() => {
    setFailed(false)
    fetchPageConfig().then(setConfig, () => {
      setFailed(true)
    })
  }, [])
  useEffect(reload, [reload])
  return { config, failed, reload }
}
