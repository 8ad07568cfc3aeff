import type { Piece } from './rich-text.js'

/** Pieces of text as elements. Text only ever becomes text nodes: there is no way from here to HTML. */
export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return (
    <>
      {pieces.map((piece, index) => (
        <OnePiece key={index} piece={piece} />
      ))}
    </>
  )
}

function OnePiece({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case 'text':
      return <>{piece.text}</>
    case 'break':
      return <br />
    case 'code':
      return <code>{piece.text}</code>
    case 'codeBlock':
      return (
        <pre>
          <code>{piece.text}</code>
        </pre>
      )
    case 'link':
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer">
          <Pieces pieces={piece.children} />
        </a>
      )
    case 'list':
      return piece.ordered ? (
        <ol>
          <Pieces pieces={piece.children} />
        </ol>
      ) : (
        <ul>
          <Pieces pieces={piece.children} />
        </ul>
      )
    default:
      return <Container kind={piece.kind} pieces={piece.children} />
  }
}

const TAGS = {
  paragraph: 'p',
  // A heading inside a reply must not disturb the page's own outline.
  heading: 'p',
  strong: 'strong',
  emphasis: 'em',
  quotation: 'blockquote',
  item: 'li',
} as const

function Container({ kind, pieces }: { kind: keyof typeof TAGS; pieces: readonly Piece[] }) {
  const Tag = TAGS[kind]
  return (
    <Tag class={kind === 'heading' ? 'reply__heading' : ''}>
      <Pieces pieces={pieces} />
    </Tag>
  )
}
