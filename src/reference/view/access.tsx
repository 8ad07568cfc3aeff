import type { Endpoint } from '../document/endpoint.js'
import { useSpoken } from '../words/spoken.js'

/** Who may use an endpoint, in words. */
export function AccessView({ endpoint: { access, scope } }: { endpoint: Endpoint }) {
  const { words } = useSpoken()
  const kinds = [...(access.keys ? [words.keys] : []), ...(access.token ? [words.token] : [])]
  const open = kinds.length === 0 ? words.anybody : words.anybodyMore
  return (
    <section>
      <h2>{words.access}</h2>
      <p class="access">
        {access.open ? (
          <span>{open}</span>
        ) : (
          kinds.map((kind, index) => (
            <span key={kind}>
              {index > 0 && <span class="access__or">{words.or} </span>}
              <a class="chip" href="#guide-credentials">
                {kind}
              </a>
            </span>
          ))
        )}
      </p>
      {scope !== null && (
        <p class="hint">
          {words.scope} <code>{scope}</code>.
        </p>
      )}
    </section>
  )
}
