import { limitsIn, type Limit } from './limits.js'
import type { Word } from './statement.js'

/** What follows one of these may be left out without changing what stands before it, and the other way round. */
const JOINT = /[;:.]|(?<!\p{L})(?:and|but|or|et|mais|ou)(?!\p{L})/u

const SCOPES: readonly Limit[] = ['only', 'all', 'some']
/** Who speaks, who is spoken to, who is spoken of. */
const PERSONS = [
  'i|my|me|we|our|us|je|mon|ma|mes|nous|notre|nos',
  'you|your|yours|vous|votre|vos|tu|ton|ta|tes',
  'he|she|it|they|his|her|him|its|their|them|il|elle|ils|elles|son|sa|ses|leur|leurs|lui|eux|celui|celle|ceux',
].map((words) => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'u'))

/**
 * Whether the words are said, one after the other, in the last of these sentences, which leans on those before it: as a
 * stretch that begins and ends where one may (nothing that bounds it is left out), with what stands before a comma at its
 * beginning moved to its end or the other way round, or with the beginning of a sentence before in the place of a pronoun.
 */
export function isSaid(claim: readonly Word[], sentences: readonly (readonly Word[])[]): boolean {
  const last = sentences.at(-1) ?? []
  if (rotations(claim).some(({ words, comma }) => isStretch(words, comma, last))) return true
  return sentences.slice(0, -1).some((before) => isContinued(claim, before, last))
}

interface Rotation {
  words: readonly Word[]
  /** Where the word stands that came first; 0 where nothing was moved. */
  comma: number
}

/** The words as they are, and with their beginning moved to the end. */
function rotations(words: readonly Word[]): Rotation[] {
  return words.map((_, at) => ({
    words: [...words.slice(at), ...words.slice(0, at)],
    comma: at === 0 ? 0 : words.length - at,
  }))
}

function isStretch(claim: readonly Word[], comma: number, sentence: readonly Word[]): boolean {
  return sentence.some((first, at) => {
    if (!claim.every((word, place) => saysSame(word, sentence[at + place], place > 0))) return false
    const next = sentence[at + claim.length]
    const joined = sentence[at + comma]?.gap ?? ''
    const moved = comma === 0 || joined.includes(',') || (claim[0]?.gap.includes(',') ?? false)
    return moved && (at === 0 || JOINT.test(first.gap)) && (next === undefined || JOINT.test(next.gap))
  })
}

/** The same word, and not somebody else's: "your code" is not "its code". */
function saysSame(ours: Word, theirs: Word | undefined, isWithin: boolean): boolean {
  if (theirs?.stem !== ours.stem) return false
  if (scopeOf(ours.gap) !== scopeOf(theirs.gap)) return false
  if (!isWithin) return true
  const [mine, other] = [personsIn(ours.gap), personsIn(theirs.gap)]
  return mine.length === 0 || other.length === 0 || mine.every((person) => other.includes(person))
}

/** Which words that say of how much something holds stand before a word: "only members" is not "members only". */
function scopeOf(gap: string): string {
  const limits = limitsIn(gap).map(({ limit }) => limit)
  return SCOPES.filter((scope) => limits.includes(scope)).join()
}

function personsIn(gap: string): number[] {
  return PERSONS.flatMap((pattern, person) => (pattern.test(gap) ? [person] : []))
}

/** The beginning of one sentence with all of the other that goes on about it. */
function isContinued(claim: readonly Word[], before: readonly Word[], last: readonly Word[]): boolean {
  return claim.some((_, at) => {
    if (at === 0) return false
    const [subject, rest] = [claim.slice(0, at), claim.slice(at)]
    const isSubject = subject.every(({ stem }, place) => before[place]?.stem === stem)
    return (
      isSubject && rest.length === last.length && rest.every(({ stem }, place) => last[place]?.stem === stem)
    )
  })
}
