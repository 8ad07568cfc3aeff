import type { Connection } from './database.js'
import type { LivePassages } from './live-passages.js'

/** A passage's row id and how well one list thinks of it; higher is better. */
export interface Candidate {
  num: number
  score: number
}

/** In how many passages terms occur. */
export interface TermStatistics {
  /** Passages of the organization that can be found. */
  passages: number
  /** Passages that hold the stem; a stem that occurs nowhere is absent. */
  frequency: Map<string, number>
}

/** Above this many passages a stem's count is estimated instead of counted. */
const COUNTED_EXACTLY = 500
/** A hit in the title counts as much as one in the text. */
const COLUMN_WEIGHTS = '1.0, 1.0'
/** Passages whose BM25 is computed: those that hold the most telling words. */
const SCORED = 1000
/** Where many hold the same words, so many. */
const SCORED_AT_MOST = 4000
/** Row ids read for one search, unless they give too few passages. */
const READ_AT_MOST = 20_000
/** Lists of passages kept for the searches that follow on the same words. */
const POSTINGS_KEPT = 64

export type WordSearch = ReturnType<typeof wordSearch>

/**
 * Searches the word index. BM25 takes two microseconds a passage and the row ids alone a tenth of that: so the row ids come
 * first, are kept to the scope, and only those with the most telling words are scored.
 */
export function wordSearch(connection: Connection, live: LivePassages) {
  const lists = new Map<string, number[]>()
  let state = ''
  let scores = new Float32Array(0)

  /** Row ids of the passages that hold the stem, whoever's they are. */
  function postings(stem: string): number[] {
    const now = `${String(connection.pragma('data_version', { simple: true }))} ${String(changesOf(connection))}`
    if (now !== state || lists.size >= POSTINGS_KEPT) lists.clear()
    state = now
    const known = lists.get(stem)
    if (known !== undefined) return known
    const found = connection
      .prepare<[string], number>('select rowid from passage_words where passage_words match ?')
      .pluck()
      .all(anyOf([stem]))
    lists.set(stem, found)
    return found
  }

  /** In how many passages a stem occurs, whoever's they are. */
  function held(stem: string): number {
    connection.exec(
      'create virtual table if not exists temp.passage_vocabulary using fts5vocab(main, passage_words, row)',
    )
    return (
      connection
        .prepare<[string], number>('select doc from temp.passage_vocabulary where term = ?')
        .pluck()
        .get(stem) ?? 0
    )
  }

  function rarestFirst(stems: readonly string[]): { stem: string; held: number }[] {
    return stems.map((stem) => ({ stem, held: held(stem) })).sort((a, b) => a.held - b.held)
  }

  /** The sum of what each stem in a passage tells, for the passages of the scope. */
  function tellings(allowed: Uint8Array, stems: readonly string[]): { nums: number[]; of: Float32Array } {
    const total = live.count()
    const nums: number[] = []
    let rows = 0
    for (const { stem, held } of rarestFirst(stems)) {
      rows += held
      // The rest is so common that it decides among these passages only, whose BM25 counts it.
      if (rows > READ_AT_MOST && nums.length >= SCORED) break
      const list = postings(stem)
      const weight = Math.log(1 + (total - list.length + 0.5) / (list.length + 0.5)) || 0
      const last = list.at(-1) ?? 0
      if (last >= scores.length) {
        const longer = new Float32Array(2 * last + 1)
        longer.set(scores)
        scores = longer
      }
      for (const num of list) {
        if ((allowed[live.groupOf(num)] ?? 0) === 0) continue
        const before = scores[num] ?? 0
        if (before === 0) nums.push(num)
        scores[num] = before + Math.max(weight, 1e-6)
      }
    }
    return { nums, of: scores }
  }

  return {
    /** The passages holding any of the stems, by BM25. */
    lexical(allowed: Uint8Array, stems: readonly string[], limit: number): Candidate[] {
      const wanted = [...new Set(stems)].filter((stem) => plain(stem) !== '')
      if (wanted.length === 0) return []
      const { nums, of } = tellings(allowed, wanted)
      const chosen = mostTelling(nums, of)
      for (const num of nums) of[num] = 0
      if (chosen.length === 0) return []
      return connection
        .prepare<unknown[], Candidate>(
          // @NOTE "+": the words are matched once, and not for each of the row ids anew.
          `select rowid as num, -bm25(passage_words, ${COLUMN_WEIGHTS}) as score from passage_words
           where passage_words match ? and +rowid in (select value from json_each(?))
           order by score desc, num limit ?`,
        )
        .all(anyOf(wanted), JSON.stringify(chosen), limit)
    },

    /**
     * In how many of the organization's passages the stems occur. Common stems are counted over the whole index and scaled
     * to the organization's share of it.
     */
    statistics(orgId: string, stems: readonly string[]): TermStatistics {
      const passages = live.count(orgId)
      const share = passages / Math.max(1, live.count())
      const frequency = new Map<string, number>()
      for (const stem of new Set(stems)) {
        const anywhere = held(stem)
        if (anywhere === 0) continue
        const own =
          anywhere > COUNTED_EXACTLY
            ? Math.ceil(anywhere * share)
            : postings(stem).filter((num) => live.orgOf(num) === orgId).length
        if (own > 0) frequency.set(stem, own)
      }
      return { passages, frequency }
    },
  }
}

/** A thousand passages with the highest sums, and more where the last of them are as good as others. */
function mostTelling(nums: number[], of: Float32Array): number[] {
  if (nums.length <= SCORED) return nums
  const sums = Float32Array.from(nums, (num) => of[num] ?? 0).sort()
  const least = sums[sums.length - SCORED] ?? 0
  const better = nums.filter((num) => (of[num] ?? 0) > least)
  const equal = nums.filter((num) => of[num] === least)
  return [...better, ...equal.slice(0, SCORED_AT_MOST - better.length)]
}

/** What this connection has written itself, which data_version does not tell. */
function changesOf(connection: Connection): number {
  return connection.prepare<[], number>('select total_changes()').pluck().get() ?? 0
}

function plain(stem: string): string {
  return stem.replaceAll('"', '')
}

/** An FTS5 query for any of the stems; quoted, so that no stem is read as an operator. */
function anyOf(stems: readonly string[]): string {
  return stems.map((stem) => `"${plain(stem)}"`).join(' OR ')
}
