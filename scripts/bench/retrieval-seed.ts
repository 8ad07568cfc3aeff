import { randomUUID } from 'node:crypto'
import { detectLanguage } from '../../src/retrieval/language.js'
import { indexText } from '../../src/retrieval/index-text.js'
import type { Connection, Database } from '../../src/store/database.js'
import { writeIndexRecord } from '../../src/store/index-record.js'
import { insertVector, passageIndex } from '../../src/store/passage-index.js'
import { packVector } from '../../src/store/vector-form.js'
import type { GeneratedLibrary } from './generated.js'
import type { MixedVectors } from './mixed-vectors.js'

export const ASSISTANT = 'bench-assistant'
export const ORG = 'bench'
const OTHER_ORG = 'others'
/** Every so many sources belong to another organization, are reserved to another assistant, or are excluded. */
const EVERY = { other: 10, reserved: 4, excluded: 7 }
const SECTIONS = 60
const AT = '2026-01-01T00:00:00.000Z'

/** A document of the generated library, in passages: a section each. */
export interface Manual {
  title: string
  language: string
  sections: { section: string; text: string }[]
}

/** Cuts generated manuals at their headings. */
export function nextManual(library: GeneratedLibrary): Manual {
  const { name, text } = library.next(SECTIONS)
  const sections = text
    .split(/\n(?=## )/)
    .slice(1)
    .map((part) => {
      const [heading = '', ...rest] = part.split('\n')
      return { section: heading.replace(/^#+ /, ''), text: rest.join('\n').trim() }
    })
  return { title: name.replace(/\.md$/, ''), language: detectLanguage(sections[0]?.text ?? ''), sections }
}

/** Organizations, an assistant that the searches are for, and the record of the index. */
export function seedOwners({ connection }: Database, embedder: { id: string; dimension: number }): void {
  for (const org of [ORG, OTHER_ORG])
    connection.prepare('insert into organization values (?, ?, null, ?)').run(org, org, AT)
  for (const id of [ASSISTANT, 'another'])
    connection
      .prepare(
        `insert into assistant(id, org_id, name, description, tone, language, default_tasks, is_active, instructions,
           handoff_message, answer_mode, widget_search, created_at, updated_at)
         values (?, ?, ?, '', 'neutral', 'en', '[]', 1, '', '', 'auto', 0, ?, ?)`,
      )
      .run(id, ORG, id, AT, AT)
  writeIndexRecord(connection, {
    live: { slot: 0, embedder: { ...embedder, hash: null } },
    building: null,
    spoiled: null,
  })
}

/** Puts so many passages into the database, as if they had been ingested; with words only where they are wanted. */
export function seedPassages(
  { connection }: Database,
  vectors: MixedVectors,
  wanted: number,
  options: { words: GeneratedLibrary | undefined; onPassages: (done: number) => void },
): void {
  let passages = 0
  for (let sources = 0; passages < wanted;) {
    connection.transaction(() => {
      for (const until = Math.min(wanted, passages + 5000); passages < until; sources += 1) {
        const manual = options.words === undefined ? blankManual(sources) : nextManual(options.words)
        passages += seedManual(connection, manual, sources, vectors, options.words !== undefined)
      }
    })()
    options.onPassages(passages)
  }
}

function seedManual(
  connection: Connection,
  { title, language, sections }: Manual,
  nth: number,
  vectors: MixedVectors,
  hasWords: boolean,
): number {
  const id = randomUUID()
  const org = nth % EVERY.other === EVERY.other - 1 ? OTHER_ORG : ORG
  const isReserved = nth % EVERY.reserved === 1
  connection
    .prepare(
      `insert into source(id, org_id, type, title, status, everyone, pages_done, passages, passages_done, tags,
         created_at, updated_at) values (?, ?, 'file', ?, 'ready', ?, 0, ?, ?, '[]', ?, ?)`,
    )
    .run(id, org, title, isReserved ? 0 : 1, sections.length, sections.length, AT, AT)
  if (isReserved && org === ORG)
    connection
      .prepare('insert into source_assistant values (?, ?)')
      .run(id, nth % (2 * EVERY.reserved) === 1 ? ASSISTANT : 'another')
  if (nth % EVERY.excluded === 3 && org === ORG)
    connection.prepare(`insert into assistant_source values (?, ?, 'exclude')`).run(ASSISTANT, id)
  const passage = connection.prepare(
    `insert into passage(id, org_id, source_id, ordinal, kind, text, section, start_offset, end_offset, language,
       everyone, indexed, live) values (?, ?, ?, ?, 'body', ?, ?, 0, ?, ?, 1, 1, 1)`,
  )
  for (const [at, { section, text }] of sections.entries()) {
    const { lastInsertRowid } = passage.run(randomUUID(), org, id, at, text, section, text.length, language)
    const num = Number(lastInsertRowid)
    const words = hasWords ? indexText({ kind: 'body', title, section, text }, language) : undefined
    const vector = vectors.next()
    if (words === undefined) insertVector(connection, { num, slot: 0, vector: packVector(vector) })
    else passageIndex(connection).insert({ num, orgId: org, title: words.title, body: words.body, vector })
  }
  connection.prepare('update source set live_version = 1 where id = ?').run(id)
  return sections.length
}

function blankManual(nth: number): Manual {
  const sections = Array.from({ length: 40 }, () => ({ section: '', text: '' }))
  return { title: String(nth), language: 'en', sections }
}
