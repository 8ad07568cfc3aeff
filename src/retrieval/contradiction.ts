import { isNegated, opposed } from './opposites.js'
import { isStopWord } from './stop-words.js'
import { foldAccents, tokenize } from './tokens.js'

/** One side of a comparison of two questions. */
interface Side {
  words: ReadonlySet<string>
  /** The words in order, and those without a meaning of their own. */
  order: readonly string[]
  common: ReadonlySet<string>
  numbers: ReadonlySet<string>
  /** Folded words written with a capital inside a sentence. */
  names: readonly string[]
}

/** From this share of common words on, a negation that only one question has is the difference between them. */
const SAME_WORDS = 0.75

/**
 * Whether what the visitor asks and what a stored pair answers differ in a point that similarity does not see:
 * a number, a name, an opposite, a negation. `answer` excuses a number of the visitor's that it speaks of;
 * `alike` is the share of words the questions have in common, in [0, 1].
 */
export function contradicts(
  asked: string,
  stored: string,
  answer: string,
  alike: number,
  language: string,
): boolean {
  const left = sideOf(asked, language)
  const right = sideOf(stored, language)
  return (
    numbersDiffer(left, right, sideOf(answer, language)) ||
    namesDiffer(left, right) ||
    opposed(left.words, right.words) ||
    (alike >= SAME_WORDS && isNegated(asked) !== isNegated(stored))
  )
}

function sideOf(text: string, language: string): Side {
  const tokens = tokenize(text)
  const order = tokens.map(foldAccents)
  const words = new Set(order)
  return {
    words,
    order,
    common: new Set(tokens.filter((token) => isStopWord(token, language)).map(foldAccents)),
    numbers: new Set([...words].filter((word) => /\p{N}/u.test(word))),
    names: text === text.toUpperCase() ? [] : namesOf(text),
  }
}

function namesOf(text: string): string[] {
  const inside = text.match(/(?<=[\p{L}\p{N},;:’'(«"“-]\s?)\p{Lu}[\p{L}\p{M}\p{N}]*/gu) ?? []
  return inside
    .filter((name) => name !== 'I' && !/^I['’]/u.test(name))
    .map((name) => foldAccents(name.toLowerCase()))
}

/** A number of the visitor's that neither question nor answer knows, or a stored one where the visitor has others. */
function numbersDiffer(asked: Side, stored: Side, answer: Side): boolean {
  const foreign = [...asked.numbers].some(
    (number) => !stored.numbers.has(number) && !answer.numbers.has(number),
  )
  const other = [...stored.numbers].some((number) => !asked.numbers.has(number))
  return foreign || (other && asked.numbers.size > 0)
}

/** Each names something that the other does not. "FB" and "Facebook" are one name. */
function namesDiffer(asked: Side, stored: Side): boolean {
  const missing = stored.names.filter((name) => !mentions(asked.words, name))
  if (missing.length === 0) return false
  const foreign = asked.names.filter((name) => !mentions(stored.words, name))
  return foreign.length > 0 || missing.some((name) => replaced(name, asked, stored))
}

/** A name typed small is told by its place: "in lyon" where the stored question has "in Paris". */
function replaced(name: string, asked: Side, stored: Side): boolean {
  const at = stored.order.indexOf(name)
  const before = stored.order[at - 1]
  const after = stored.order[at + 1]
  return asked.order.some((word, place) => {
    if (stored.words.has(word) || asked.common.has(word) || mentions(stored.words, word)) return false
    const sameBefore = before !== undefined && asked.order[place - 1] === before
    const sameAfter = after === asked.order[place + 1]
    return sameBefore && sameAfter
  })
}

function mentions(words: ReadonlySet<string>, name: string): boolean {
  if (words.has(name)) return true
  return [...words].some((word) => alias(word, name) || alias(name, word))
}

/** "fb" for "facebook", "spreadsheet" for "spreadsheets", "git" within "github", one slip of the pen. */
function alias(short: string, long: string): boolean {
  if (short.length < 2 || !long.startsWith(short.charAt(0)) || short.length > long.length) return false
  if (long.startsWith(short) && short.length >= 3) return true
  let at = 0
  for (const letter of long) if (letter === short[at]) at += 1
  return at === short.length && (short.length <= 3 || short.length >= long.length - 2)
}
