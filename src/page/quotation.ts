/** A quote with the words around it, as they stand in the document. */
export interface Surroundings {
  before: string
  quote: string
  after: string
}

/** Characters of context shown on either side. */
const CONTEXT = 140

/**
 * The literal quote within its passage, cut to whole words; without context when the passage does not
 * hold it, or says nothing else.
 */
export function surround(passage: string, quote: string): Surroundings {
  const whole = squeeze(passage)
  const wanted = squeeze(quote)
  if (!wanted) return { before: '', quote: '', after: whole }
  const at = whole.indexOf(wanted)
  if (at < 0) return { before: '', quote: wanted, after: '' }
  return {
    before: lastWords(whole.slice(0, at)),
    quote: wanted,
    after: firstWords(whole.slice(at + wanted.length)),
  }
}

// PDF text breaks its lines anywhere: a quote and its passage may differ in white space only.
function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function lastWords(text: string): string {
  if (text.length <= CONTEXT) return text
  return `… ${text.slice(-CONTEXT).replace(/^\S*\s/, '')}`
}

function firstWords(text: string): string {
  if (text.length <= CONTEXT) return text
  return `${text.slice(0, CONTEXT).replace(/\s\S*$/, '')} …`
}
