/** Bytes that are compared at once; a row of bits is padded to a multiple. */
export const LANE_BYTES = 16

/** What is used of WebAssembly.Memory, which TypeScript knows in browsers only. */
interface GrowingMemory {
  readonly buffer: ArrayBuffer
  /** Adds so many pages of 64 KB; views of the buffer are void then. */
  grow: (pages: number) => number
}

interface WebAssemblyParts {
  Memory: new (size: { initial: number }) => GrowingMemory
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> }
}

/**
 * Compares rows of bits with one row, in memory shared with WebAssembly: JavaScript has no instruction for counting bits, and
 * takes ten times as long.
 */
export interface Hamming {
  memory: GrowingMemory
  /**
   * Writes at `out`, as 16-bit numbers, in how many bits each of `rows` rows from `bits` on differs from the row at `query`.
   * All are byte addresses; a row has `lanes` times 16 bytes.
   */
  distances: (bits: number, rows: number, lanes: number, query: number, out: number) => void
}

const [I32, V128, VOID] = [0x7f, 0x7b, 0x40]
const [BITS, ROWS, LANES, QUERY, OUT, LEFT, AT, SUM] = [0, 1, 2, 3, 4, 5, 6, 7]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const add = (local: number, amount: number) => [...get(local), 0x41, amount, 0x6a, ...set(local)]
const less = (local: number) => [...get(local), 0x41, 1, 0x6b, 0x22, local]
const load = (local: number) => [...get(local), 0xfd, 0x00, 0, 0]
const lane = (number: number) => [...get(SUM), 0xfd, 0x1b, number]
const ZERO = [0xfd, 0x0c, ...Array.from({ length: LANE_BYTES }, () => 0)]
const [LOOP, BLOCK, BR_IF, END, ADD, STORE16] = [0x03, 0x02, 0x0d, 0x0b, 0x6a, [0x3b, 1, 0]]
const [XOR, POPCNT, PAIRS_8, PAIRS_16, ADD_16] = [
  [0xfd, 0x51],
  [0xfd, 0x62],
  [0xfd, 0x7d],
  [0xfd, 0x7f],
  [0xfd, 0x8e, 0x01],
]

const BODY = [
  // One local for the lanes left and one for the place in the query, and one vector.
  ...[2, 2, I32, 1, V128],
  ...[BLOCK, VOID, ...get(ROWS), 0x45, BR_IF, 0],
  ...[LOOP, VOID, ...ZERO, ...set(SUM), ...get(LANES), ...set(LEFT), ...get(QUERY), ...set(AT)],
  ...[
    LOOP,
    VOID,
    ...get(SUM),
    ...load(BITS),
    ...load(AT),
    ...XOR,
    ...POPCNT,
    ...PAIRS_8,
    ...ADD_16,
    ...set(SUM),
  ],
  ...[...add(BITS, LANE_BYTES), ...add(AT, LANE_BYTES), ...less(LEFT), BR_IF, 0, END],
  ...[...get(SUM), ...PAIRS_16, ...set(SUM), ...get(OUT)],
  ...[...lane(0), ...lane(1), ADD, ...lane(2), ADD, ...lane(3), ADD, ...STORE16],
  ...[...add(OUT, 2), ...less(ROWS), BR_IF, 0, END, END, END],
]

/** A section of a WebAssembly module. */
function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)]
}

const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
  ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('distances'), 0, 0]),
  ...section(10, [1, ...unsigned(BODY.length), ...BODY]),
])

/** A new memory of so many pages of 64 KB, which can grow, with the function that works in it. */
export function hamming(pages: number): Hamming {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyParts })
    .WebAssembly
  const memory = new Memory({ initial: pages })
  const instance = new Instance(new Module(MODULE), { env: { memory } })
  return { memory, distances: instance.exports['distances'] as Hamming['distances'] }
}
