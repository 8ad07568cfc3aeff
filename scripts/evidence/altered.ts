import { z } from 'zod'
import { detectLanguage } from '#src/retrieval/language.js'
import type { Hit } from '#src/retrieval/retriever.js'
import { SupportCheck } from '#src/retrieval/support/support.js'

const Case = z.object({
  title: z.string(),
  section: z.string().nullable(),
  text: z.string(),
  /** What a careful writer would say from the passage. */
  faithful: z.array(z.string()),
  /** What a careless one would, and what is wrong with it. */
  altered: z.array(z.object({ text: z.string(), kind: z.string() })),
})
type Case = z.infer<typeof Case>

/** A sentence and what the check says of it. */
export interface Judged {
  language: string
  /** "faithful", or how it was altered. */
  kind: string
  text: string
  supported: boolean
  /** Why it was not let pass. */
  doubt?: string
}

/** Passages with true and false sentences about them. @throws ZodError for anything else. */
export function readCases(json: string): Case[] {
  return z.array(Case).parse(JSON.parse(json))
}

/** What the check says of every sentence, with the passage it belongs to. */
export function judged(cases: readonly Case[]): Judged[] {
  return cases.flatMap((one, at) => {
    const language = detectLanguage(one.text)
    const check = new SupportCheck([hitOf(one, language, String(at))], language)
    const sentences = [...one.faithful.map((text) => ({ text, kind: 'faithful' })), ...one.altered]
    return sentences.map(({ text, kind }) => {
      const verdict = check.check(text)
      return { language, kind, text, ...verdict }
    })
  })
}

function hitOf({ title, section, text }: Case, language: string, id: string): Hit {
  return {
    passageId: id,
    sourceId: id,
    type: 'file',
    kind: 'body',
    title,
    text,
    page: null,
    section,
    startOffset: 0,
    endOffset: text.length,
    url: null,
    language,
    score: 1,
    lexicalScore: 1,
    vectorScore: 1,
  }
}
