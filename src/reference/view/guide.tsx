import { ROOT } from '../place.js'
import { GUIDE_SECTIONS, type Block } from '../words/guide.js'
import { useSpoken } from '../words/spoken.js'
import { Code } from './code.js'
import { Line, Prose } from './prose.js'

/** The introduction. */
export function GuideView() {
  const { words } = useSpoken()
  const sections = words.guide.sections(`${ROOT.href}api/v1`)
  return (
    <article class="guide">
      <header>
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="lead">{words.guide.lead}</p>
      </header>
      {GUIDE_SECTIONS.map((id) => {
        const { title, blocks } = sections[id]
        return (
          <section key={id} id={id} class="guide__section">
            <h2 tabIndex={-1}>{title}</h2>
            {blocks.map((block, index) => (
              <BlockView key={index} block={block} title={title} />
            ))}
          </section>
        )
      })}
    </article>
  )
}

function BlockView({ block, title }: { block: Block; title: string }) {
  if ('text' in block) return <Prose text={block.text} />
  if ('code' in block) return <Code text={block.code} language={block.language} label={title} />
  return (
    <dl class="terms">
      {block.terms.map(([term, meaning]) => (
        <div key={term} class="terms__row">
          <dt>{term}</dt>
          <dd>
            <Line text={meaning} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
