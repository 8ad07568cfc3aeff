import { randomNumbers, zipf } from './random.js'
import type { Library, LibraryFile } from './library.js'
import { ENGLISH } from './words-en.js'
import { FRENCH } from './words-fr.js'
import type { Wording } from './wording.js'

const LANGUAGES = [readWords(ENGLISH), readWords(FRENCH)]
/** Products and makers there are to talk of: the vocabulary goes on growing, as in real documents. */
const NAMES = 5000
const SYLLABLES =
  'ba cel dor fen gal hir jul kam lor mev nar oly pax qui ros sel tav uno vor wen xil yar zet'.split(' ')
const SHORTEST_DOCUMENT = 8
const LONGEST_DOCUMENT = 60
/** With heading and opening, mostly one passage. */
const SENTENCES = { least: 5, more: 5 }

type Words = ReturnType<typeof readWords>

/** What a section is about, and what its question asks for. */
interface Subject {
  words: Words
  fields: Record<string, string>
}

/** Manuals in English and French by turns, in Markdown; the same for the same seed, whatever was measured meanwhile. */
export class GeneratedLibrary implements Library {
  readonly description: string
  #documents = 0
  #askings = 0
  /** Seeds of the sections given so far. */
  readonly #sections: { language: number; seed: number }[] = []

  constructor(private readonly seed: number) {
    this.description = `generated manuals, English and French by turns (seed ${String(seed)})`
  }

  next(sections: number): LibraryFile {
    const number = (this.#documents += 1)
    const random = randomNumbers(this.seed * 1_000_003 + number)
    const wanted = SHORTEST_DOCUMENT + Math.floor(random() * (LONGEST_DOCUMENT - SHORTEST_DOCUMENT))
    const language = number % LANGUAGES.length
    const title = `Manual ${String(number)} ${name(zipf(random, NAMES))}`
    const texts = Array.from({ length: Math.max(1, Math.min(wanted, sections)) }, () => {
      const section = { language, seed: Math.floor(random() * 0x7f_ff_ff_ff) }
      this.#sections.push(section)
      return writeSection(section)
    })
    return {
      name: `${title}.md`,
      sections: texts.length,
      text: `# ${title}\n\n${texts.join('\n\n')}\n`,
    }
  }

  questions(count: number): string[] {
    const random = randomNumbers(this.seed * 999_983 - (this.#askings += 1))
    return Array.from({ length: count }, () => {
      const section = this.#sections[Math.floor(random() * this.#sections.length)]
      if (section === undefined) throw new Error('Nothing has been taught yet.')
      const { words, fields } = subject(section, randomNumbers(section.seed))
      return words.wording.polish(filled(pick(words.wording.questions, random), fields))
    })
  }
}

function writeSection(section: { language: number; seed: number }): string {
  const random = randomNumbers(section.seed)
  const { words, fields } = subject(section, random)
  const { wording } = words
  const heading = filled(pick(wording.headings, random), fields)
  const sentences = Array.from({ length: SENTENCES.least + Math.floor(random() * SENTENCES.more) }, () =>
    filled(pick(wording.sentences, random), details(words, random)),
  )
  const opening = filled(pick(wording.openings, random), fields)
  return wording.polish(`## ${heading}\n\n${[opening, ...sentences].join(' ')}`)
}

function subject({ language }: { language: number }, random: () => number): Subject {
  const words = LANGUAGES[language]
  if (words === undefined) throw new Error(`There is no language ${String(language)}.`)
  const { parts, verbs } = words.lists
  const fields = {
    ...details(words, random),
    product: name(zipf(random, NAMES)),
    part: pick(parts, random),
    verb: pick(verbs, random),
  }
  return { words, fields: { ...fields, Part: fields.part.charAt(0).toUpperCase() + fields.part.slice(1) } }
}

/** Words for the gaps of one sentence. */
function details({ lists }: Words, random: () => number): Record<string, string> {
  const frequent = (list: readonly string[]) => list[zipf(random, list.length)] ?? ''
  return {
    other: frequent(lists.parts),
    third: frequent(lists.parts),
    action: frequent(lists.verbs),
    adjective: frequent(lists.adjectives),
    place: frequent(lists.places),
    person: frequent(lists.people),
    unit: frequent(lists.units),
    maker: name(zipf(random, NAMES)),
    number: String(2 + zipf(random, 400)),
    year: String(1990 + Math.floor(random() * 35)),
    code: `${pick(SYLLABLES, random).toUpperCase()}-${String(Math.floor(random() * 10_000))}`,
  }
}

function filled(template: string, fields: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_gap, field: string) => fields[field] ?? '')
}

function name(index: number): string {
  const [first, second, third] = [index % 23, Math.floor(index / 23) % 23, Math.floor(index / 529)]
  const syllables = [first, second, ...(third > 0 ? [third] : [])].map((at) => SYLLABLES[at] ?? '').join('')
  return `${syllables.charAt(0).toUpperCase()}${syllables.slice(1)} ${String((index % 9) + 1)}`
}

function pick<T>(list: readonly T[], random: () => number): T {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) throw new Error('There is nothing to pick from.')
  return one
}

function readWords(wording: Wording) {
  const read = (list: string) => list.split(',').map((word) => word.trim().replaceAll(/\s+/g, ' '))
  const lists = {
    parts: read(wording.parts),
    verbs: read(wording.verbs),
    adjectives: read(wording.adjectives),
    places: read(wording.places),
    people: read(wording.people),
    units: read(wording.units),
  }
  return { wording, lists }
}
