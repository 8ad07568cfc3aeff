import { z } from 'zod'
import type { Block } from '../../retrieval/chunk.js'
import { detectLanguage } from '../../retrieval/language.js'
import { ExtractionError, type Extraction } from './extraction.js'
import { extractMarkdown } from './markdown.js'
import { parseRecords } from './records.js'

const Source = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))])
const Output = z.object({
  text: Source.optional(),
  data: z.object({ 'text/plain': Source.optional() }).optional(),
})
const Notebook = z.object({
  cells: z.array(
    z.object({
      cell_type: z.string(),
      source: Source,
      outputs: z.array(Output).optional().catch([]),
    }),
  ),
})

/**
 * The cells of a Jupyter notebook: Markdown as such, code and what it printed as code.
 * @throws ExtractionError when its cells are not as the format has them.
 */
export function extractNotebook(source: string): Extraction {
  const notebook = Notebook.safeParse(parseRecords(source)?.value)
  if (!notebook.success) throw new ExtractionError('The notebook is damaged and cannot be read.')
  const blocks = notebook.data.cells.flatMap(({ cell_type: type, source: text, outputs = [] }): Block[] => {
    if (type === 'markdown') return extractMarkdown(text).blocks
    const printed = outputs.map((output) => output.text ?? output.data?.['text/plain'] ?? '')
    return [text, ...printed]
      .filter((one) => one.trim() !== '')
      .map((one) => ({ kind: type === 'code' ? 'code' : 'paragraph', text: one.trimEnd(), page: null }))
  })
  const sample = blocks.map(({ text }) => text).join('\n')
  return {
    mediaType: 'application/x-ipynb+json',
    blocks,
    pages: null,
    language: /\p{L}{3}/u.test(sample) ? detectLanguage(sample) : null,
    unreadablePages: [],
  }
}
