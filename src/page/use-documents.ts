import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import * as api from './api.js'
import { problemOf, type Problem } from './turn.js'
import type { Document } from './wire.js'

const POLL_MS = 1000

/** A file that did not get in: refused, too large, or lost on the way. */
export interface Refusal {
  key: string
  name: string
  /** Larger than the server takes; null when something else went wrong. */
  tooLargeLimit: number | null
  problem: Problem | null
}

/** The operator's documents and what can be done with them. */
export interface Documents {
  documents: Document[]
  total: number
  /** Names of files on their way to the server. */
  sending: string[]
  refusals: Refusal[]
  problem: Problem | null
  upload: (files: readonly File[]) => void
  remove: (id: string) => void
  dismiss: (key: string) => void
}

/** Lists the documents, takes new ones, and follows those being read, once a second while the tab is seen. */
export function useDocuments(maxUploadBytes: number | null): Documents {
  const [documents, setDocuments] = useState<Document[]>([])
  const [total, setTotal] = useState(0)
  const [problem, setProblem] = useState<Problem | null>(null)

  const reload = useCallback(async () => {
    try {
      const listed = await api.fetchDocuments()
      setDocuments(listed.documents)
      setTotal(listed.total)
      setProblem(null)
    } catch (error) {
      setProblem(problemOf(error))
    }
  }, [])
  useEffect(() => void reload(), [reload])

  const replace = useCallback((document: Document) => {
    setDocuments((now) => now.map((known) => (known.id === document.id ? document : known)))
  }, [])
  usePolling(documents, replace, reload)

  const add = useCallback((document: Document) => {
    setDocuments((now) => [document, ...now.filter(({ id }) => id !== document.id)])
    setTotal((now) => now + 1)
  }, [])
  const uploads = useUploads(maxUploadBytes, add)

  const remove = useCallback(
    async (id: string) => {
      try {
        await api.deleteDocument(id)
      } catch (error) {
        setProblem(problemOf(error))
        return
      }
      await reload()
    },
    [reload],
  )
  return { documents, total, problem, ...uploads, remove: (id) => void remove(id) }
}

/** Is the server still at work on it? */
export function isUnderWay({ status }: Document): boolean {
  return status !== 'ready' && status !== 'failed'
}

function usePolling(
  documents: Document[],
  replace: (document: Document) => void,
  reload: () => Promise<void>,
) {
  const latest = useRef(documents)
  latest.current = documents
  const underWay = documents.some(isUnderWay)

  useEffect(() => {
    if (!underWay) return
    let asking = false
    const look = async (document: Document) => {
      try {
        replace(await api.fetchDocument(document.id))
      } catch (error) {
        // Removed meanwhile: the list knows. Anything else may pass: the next second asks again.
        if (problemOf(error).status === 404) await reload()
      }
    }
    const timer = setInterval(() => {
      if (asking || window.document.visibilityState !== 'visible') return
      asking = true
      void Promise.all(latest.current.filter(isUnderWay).map(look)).finally(() => {
        asking = false
      })
    }, POLL_MS)
    return () => {
      clearInterval(timer)
    }
  }, [underWay, replace, reload])
}

function useUploads(maxUploadBytes: number | null, add: (document: Document) => void) {
  const [sending, setSending] = useState<string[]>([])
  const [refusals, setRefusals] = useState<Refusal[]>([])
  const count = useRef(0)

  const refuse = (name: string, why: Pick<Refusal, 'tooLargeLimit' | 'problem'>) => {
    count.current += 1
    const key = `refusal-${String(count.current)}`
    setRefusals((now) => [{ key, name, ...why }, ...now])
  }
  const send = async (file: File) => {
    try {
      add(await api.uploadDocument(file))
    } catch (error) {
      refuse(file.name, { tooLargeLimit: null, problem: problemOf(error) })
    } finally {
      setSending((now) => now.filter((_, index) => index !== now.indexOf(file.name)))
    }
  }
  const upload = async (files: readonly File[]) => {
    const fitting = files.filter((file) => {
      if (maxUploadBytes === null || file.size <= maxUploadBytes) return true
      refuse(file.name, { tooLargeLimit: maxUploadBytes, problem: null })
      return false
    })
    setSending((now) => [...now, ...fitting.map(({ name }) => name)])
    for (const file of fitting) await send(file)
  }
  const dismiss = (key: string) => {
    setRefusals((now) => now.filter((refusal) => refusal.key !== key))
  }
  return { sending, refusals, upload: (files: readonly File[]) => void upload(files), dismiss }
}
