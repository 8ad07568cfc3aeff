import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'

interface TabsProps<T extends string> {
  label: string
  names: Readonly<Record<T, string>>
  chosen: T
  onChoose: (name: T) => void
  children: ComponentChildren
}

/** Tabs and the panel of the chosen one; the arrows go from tab to tab. */
export function Tabs<T extends string>({ label, names, chosen, onChoose, children }: TabsProps<T>) {
  const id = useId()
  const row = useRef<HTMLDivElement>(null)
  const all = Object.keys(names) as T[]

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const index = (all.indexOf(chosen) + step + all.length) % all.length
    const next = all[index]
    if (next === undefined) return
    onChoose(next)
    row.current?.querySelectorAll('button')[index]?.focus()
  }

  return (
    <div class="tabs">
      <div ref={row} class="tabs__row" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {all.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            class="tabs__tab"
            aria-selected={name === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => {
              onChoose(name)
            }}
          >
            {names[name]}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${chosen}`}>
        {children}
      </div>
    </div>
  )
}
