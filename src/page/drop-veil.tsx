import { useEffect, useRef, useState } from 'preact/hooks'
import { useSpoken } from './language.js'

/** Takes files dropped anywhere on the page, and shows that they may be dropped. */
export function DropVeil({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { words } = useSpoken()
  const over = useFilesOver(onFiles)
  if (!over) return null
  return (
    <div class="veil" aria-hidden="true">
      <p>{words.dropHere}</p>
    </div>
  )
}

function useFilesOver(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  const take = useRef(onFiles)
  take.current = onFiles

  useEffect(() => {
    // Entering a child fires before leaving its parent: only the outermost leave counts.
    let depth = 0
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const listeners: Record<string, (event: DragEvent) => void> = {
      dragenter: () => setOver((depth += 1) > 0),
      dragleave: () => setOver((depth -= 1) > 0),
      dragover: (event) => {
        event.preventDefault()
      },
      drop: (event) => {
        event.preventDefault()
        depth = 0
        setOver(false)
        take.current([...(event.dataTransfer?.files ?? [])])
      },
    }
    const abort = new AbortController()
    for (const [name, listen] of Object.entries(listeners)) {
      const guarded = (event: Event) => {
        if (event instanceof DragEvent && carriesFiles(event)) listen(event)
      }
      addEventListener(name, guarded, { signal: abort.signal })
    }
    return () => {
      abort.abort()
    }
  }, [])
  return over
}
