import { BitTable } from './bit-table.js'
import type { Connection } from './database.js'
import { readIndexRecord, type IndexRecord } from './index-record.js'
import { growingNumbers, type GrowingNumbers } from './growing-numbers.js'
import { mayUse, rulesFor } from './live-scope.js'
import type { PassageKind } from './schema.js'
import { meanOf } from './vector-form.js'

/** Whose passages may be found. Without an assistant: only what every assistant may use. */
export interface CandidateScope {
  orgId: string
  assistantId?: string | undefined
}

/** Passages of one kind of one source, live together and gone together. */
interface Group {
  sourceId: string
  orgId: string
  everyone: boolean
  kind: number
  isLive: boolean
  passages: number
  rows: number
}

interface LiveRow {
  num: number
  source_id: string
  version: number
  kind: PassageKind
  vector: Buffer | null
}

interface SourceRow {
  id: string
  org_id: string
  everyone: number
  live_version: number
}

const LIVE_ROWS = `select p.num, p.source_id, p.version, p.kind, v.vector
  from passage p left join passage_vector v on v.place = p.num * 2 + ?`

const KINDS: Record<PassageKind, number> = { body: 1, question: 2, answer: 4 }
/** Marks passages of every kind. */
export const ANY_KIND = 7
const MEAN_OF = 1000
/** Below this the mean says nothing yet, and everything is compared exactly anyway. */
const MEAN_FROM = 256
/** From here on the mean does not move much any more. */
const MEAN_UNTIL = 65_536
/** Rows of passages that are gone are swept out when there are so many, and more than a third. */
const SWEEP_FROM = 1000
const NO_GROUP = -1
/** No organization is called so. */
const EVERYBODY = ''

/**
 * What can be found, in the memory of whoever searches: for each live passage a bit for each number of its vector, and whose it
 * is; some 60 bytes. It follows the database: `follow` takes up whatever has changed, so that a passage is found from the
 * transaction on that makes its source's version live, and not after it has ceased to be.
 */
export class LivePassages {
  readonly #connection: Connection
  #seq = -1
  #record: IndexRecord | undefined
  #bits: BitTable | undefined
  #meanFrom = 0
  #groups: Group[] = []
  #groupsOfSource = new Map<string, number[]>()
  #numOfRow: GrowingNumbers = growingNumbers(0)
  #groupOfRow: GrowingNumbers = growingNumbers(0)
  #groupOfNum: GrowingNumbers = growingNumbers(NO_GROUP)
  #deadRows = 0
  #counts = new Map<string, number>()
  readonly #scopes = new Map<string, Uint8Array>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Takes up what has changed since the last time. Run it in the transaction of the search. */
  follow(): void {
    const last = this.#number('select coalesce(max(seq), 0) from search_change')
    const record = readIndexRecord(this.#connection)
    const isSameIndex = JSON.stringify(record?.live) === JSON.stringify(this.#record?.live)
    if (last === this.#seq && isSameIndex) return
    this.#record = record
    const known = this.#number('select coalesce(min(seq), 0) from search_change') <= this.#seq + 1
    if (this.#seq < 0 || last < this.#seq || !known || !isSameIndex) this.#loadAll()
    else this.#loadChanges()
    this.#seq = last
    this.#scopes.clear()
    const rows = this.#bits?.rows ?? 0
    const isOutgrown = rows > MEAN_FROM && this.#meanFrom < MEAN_UNTIL && rows > 2 * this.#meanFrom
    if (isOutgrown || (this.#deadRows > SWEEP_FROM && this.#deadRows > rows / 3)) this.#loadAll()
  }

  /** Where the vectors lie that are searched; undefined without an index. */
  get index(): IndexRecord['live'] | undefined {
    return this.#record?.live
  }

  /** Bytes of memory it takes, apart from what is kept of each source. */
  get bytes(): number {
    const numbers = [this.#numOfRow, this.#groupOfRow, this.#groupOfNum]
    return (this.#bits?.bytes ?? 0) + numbers.reduce((sum, list) => sum + list.bytes, 0)
  }

  /** For each group its kind where the scope may find it, else 0; see `groupOf`. */
  allowed(scope: CandidateScope): Uint8Array {
    const key = JSON.stringify([scope.orgId, scope.assistantId ?? null])
    const known = this.#scopes.get(key)
    if (known !== undefined) return known
    const rules = rulesFor(this.#connection, scope.assistantId)
    const allowed = Uint8Array.from(this.#groups, (group) =>
      group.isLive && group.orgId === scope.orgId && mayUse(rules, group) ? group.kind : 0,
    )
    this.#scopes.set(key, allowed)
    return allowed
  }

  /** The group that a live passage belongs to; -1 for others. */
  groupOf(num: number): number {
    return this.#groupOfNum.at(num)
  }

  /** Whose a live passage is. */
  orgOf(num: number): string | undefined {
    const group = this.#groups[this.groupOf(num)]
    return group?.isLive === true ? group.orgId : undefined
  }

  /** How many live passages an organization has; all of them without one. */
  count(orgId = EVERYBODY): number {
    return this.#counts.get(orgId) ?? 0
  }

  /** Row ids of the passages that differ from the vector in the fewest bits: `wanted` of them, or all. */
  nearestByBits(allowed: Uint8Array, vector: Float32Array, wanted: number, kinds: number): number[] {
    if (this.#bits === undefined) return []
    const distances = this.#bits.distances(scaled(vector))
    const groups = this.#groupOfRow.numbers
    const counts = new Uint32Array(vector.length + 1)
    for (let row = 0; row < distances.length; row += 1) {
      if (((allowed[groups[row] ?? 0] ?? 0) & kinds) === 0) continue
      const distance = distances[row] ?? 0
      counts[distance] = (counts[distance] ?? 0) + 1
    }
    let most = 0
    let found = counts[0] ?? 0
    while (found < wanted && most < vector.length) found += counts[++most] ?? 0
    let ties = wanted - (found - (counts[most] ?? 0))
    const nums: number[] = []
    for (let row = 0; row < distances.length; row += 1) {
      const distance = distances[row] ?? 0
      if (distance > most || ((allowed[groups[row] ?? 0] ?? 0) & kinds) === 0) continue
      if (distance === most && ties-- <= 0) continue
      nums.push(this.#numOfRow.at(row))
    }
    return nums
  }

  #loadAll(): void {
    const dimension = this.#record?.live.embedder.dimension
    const mean = dimension === undefined ? undefined : this.#mean(dimension)
    this.#bits = mean && new BitTable(mean)
    this.#groups = []
    this.#groupsOfSource = new Map()
    this.#numOfRow = growingNumbers(0)
    this.#groupOfRow = growingNumbers(0)
    this.#groupOfNum = growingNumbers(NO_GROUP)
    this.#deadRows = 0
    this.#counts = new Map()
    const sources = new Map(this.#sources('').map((source) => [source.id, source]))
    // @NOTE in the order in which they lie on the disk: by sources it takes several times as long.
    const rows = this.#connection
      .prepare<[number], LiveRow>(`${LIVE_ROWS} where p.live = 1 order by p.num`)
      .iterate(this.#record?.live.slot ?? 0)
    for (const row of rows) {
      const source = sources.get(row.source_id)
      if (source?.live_version === row.version) this.#add(source, row)
    }
    this.#meanFrom = this.#bits?.rows ?? 0
  }

  #loadChanges(): void {
    const changed = this.#connection
      .prepare<[number], string | null>('select distinct source_id from search_change where seq > ?')
      .pluck()
      .all(this.#seq)
    for (const id of changed) {
      if (id === null) continue
      for (const at of this.#groupsOfSource.get(id) ?? []) this.#bury(this.#groups[at])
      this.#groupsOfSource.delete(id)
      for (const source of this.#sources('and s.id = ?', id)) this.#loadSource(source)
    }
  }

  #bury(group: Group | undefined): void {
    if (group === undefined) return
    group.isLive = false
    this.#deadRows += group.rows
    this.#counted(group.orgId, -group.passages)
  }

  #counted(orgId: string, passages: number): void {
    for (const key of [orgId, EVERYBODY]) this.#counts.set(key, this.count(key) + passages)
  }

  #sources(narrowed: string, ...parameters: string[]): SourceRow[] {
    return this.#connection
      .prepare<string[], SourceRow>(
        `select s.id, s.org_id, s.everyone, s.live_version from source s
         where s.live_version is not null and s.status <> 'deleting' ${narrowed}`,
      )
      .all(...parameters)
  }

  #loadSource(source: SourceRow): void {
    const rows = this.#connection
      .prepare<[number, string, number], LiveRow>(
        `${LIVE_ROWS} where p.source_id = ? and p.version = ? and p.live = 1`,
      )
      .iterate(this.#record?.live.slot ?? 0, source.id, source.live_version)
    for (const row of rows) this.#add(source, row)
  }

  #add(source: SourceRow, { num, kind, vector }: LiveRow): void {
    const at = this.#groupFor(source, KINDS[kind])
    const group = this.#groups[at]
    if (group === undefined) return
    group.passages += 1
    this.#counted(source.org_id, 1)
    this.#groupOfNum.set(num, at)
    const dimension = this.#record?.live.embedder.dimension ?? 0
    if (this.#bits === undefined || vector?.length !== dimension * 2) return
    const row = this.#bits.add(vector)
    this.#numOfRow.set(row, num)
    this.#groupOfRow.set(row, at)
    group.rows += 1
  }

  #groupFor(source: SourceRow, kind: number): number {
    const known = this.#groupsOfSource.get(source.id) ?? []
    const same = known.find((at) => this.#groups[at]?.kind === kind)
    if (same !== undefined) return same
    const at = this.#newGroup(source, kind)
    this.#groupsOfSource.set(source.id, [...known, at])
    return at
  }

  #newGroup(source: SourceRow, kind: number): number {
    const everyone = source.everyone === 1
    const counts = { isLive: true, passages: 0, rows: 0 }
    return this.#groups.push({ sourceId: source.id, orgId: source.org_id, everyone, kind, ...counts }) - 1
  }

  /** Of vectors from all over the index. */
  #mean(dimension: number): Float32Array {
    const most = this.#number('select coalesce(max(place), 0) from passage_vector')
    const slot = this.#record?.live.slot ?? 0
    const one = this.#connection
      .prepare<[number, number], Buffer>(
        'select vector from passage_vector where place >= ? and place % 2 = ? order by place limit 1',
      )
      .pluck()
    const step = Math.max(2, most / MEAN_OF)
    const places = Array.from({ length: Math.floor(most / step) }, (_, at) => Math.floor(at * step))
    const sample = places.flatMap((place) => one.get(place, slot) ?? [])
    return meanOf(sample.length < MEAN_FROM ? [] : sample, dimension)
  }

  #number(sql: string): number {
    return this.#connection.prepare<[], number>(sql).pluck().get() ?? 0
  }
}

/** A unit vector in the scale in which vectors are stored. */
function scaled(vector: Float32Array): Float32Array {
  return vector.map((value) => value * 32_767)
}
