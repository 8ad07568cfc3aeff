import { hamming, LANE_BYTES } from './hamming.js'
import { storedNumbers } from './vector-form.js'

const PAGE_BYTES = 65_536
const FIRST_ROWS = 1024

/**
 * One bit for each number of many vectors, in memory: whether it is above the mean of that number. Vectors that point the same
 * way differ in few bits, and a million are compared in about ten milliseconds. Rows are numbered as they are added.
 */
export class BitTable {
  readonly #parts = hamming(1)
  readonly #lanes: number
  readonly #rowBytes: number
  #capacity = 0
  #rows = 0

  /** @param centre the mean of the vectors, in the scale in which they are stored; as long as they are. */
  constructor(private readonly centre: Float32Array) {
    this.#lanes = Math.ceil(centre.length / 8 / LANE_BYTES)
    this.#rowBytes = this.#lanes * LANE_BYTES
    this.#grow(FIRST_ROWS)
  }

  get rows(): number {
    return this.#rows
  }

  /** Bytes of memory it takes. */
  get bytes(): number {
    return this.#parts.memory.buffer.byteLength
  }

  /** Adds a stored vector; answers its row. */
  add(stored: Buffer): number {
    if (this.#rows === this.#capacity) this.#grow(this.#capacity * 2)
    const row = this.#rows
    this.#rows += 1
    this.#write(this.#rowBytes * (row + 1), storedNumbers(stored))
    return row
  }

  /** In how many bits each row differs from a vector in the scale of `centre`; void at the next call. */
  distances(vector: ArrayLike<number>): Uint16Array {
    const out = this.#rowBytes * (this.#capacity + 1)
    this.#write(0, vector)
    this.#parts.distances(this.#rowBytes, this.#rows, this.#lanes, 0, out)
    return new Uint16Array(this.#parts.memory.buffer, out, this.#rows)
  }

  /** The query comes first, then the rows, then room for their distances. */
  #grow(capacity: number): void {
    this.#capacity = capacity
    const wanted = this.#rowBytes * (capacity + 1) + 2 * capacity
    const missing = Math.ceil((wanted - this.bytes) / PAGE_BYTES)
    if (missing > 0) this.#parts.memory.grow(missing)
  }

  #write(at: number, numbers: ArrayLike<number>): void {
    const bytes = new Uint8Array(this.#parts.memory.buffer, at, this.#rowBytes)
    const { centre } = this
    bytes.fill(0)
    for (let n = 0; n < centre.length; n += 1)
      if ((numbers[n] ?? 0) > (centre[n] ?? 0)) bytes[n >> 3] = (bytes[n >> 3] ?? 0) | (1 << (n & 7))
  }
}
