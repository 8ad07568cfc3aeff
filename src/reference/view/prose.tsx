/** One line of text; what stands between backticks is code. */
export function Line({ text }: { text: string }) {
  const parts = text.split('`')
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 && index < parts.length - 1 ? <code key={index}>{part}</code> : part,
      )}
    </>
  )
}

/** A text in paragraphs, which empty lines part. */
export function Prose({ text }: { text: string }) {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '')
  return (
    <div class="prose">
      {paragraphs.map((paragraph, index) => (
        <p key={index}>
          <Line text={paragraph} />
        </p>
      ))}
    </div>
  )
}
