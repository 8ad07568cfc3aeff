/** A list of 32-bit whole numbers that grows by itself. */
export interface GrowingNumbers {
  /** As they lie in memory: longer than what was set. Void once the list has grown. */
  readonly numbers: Int32Array
  readonly bytes: number
  at(index: number): number
  set(index: number, value: number): void
}

const FIRST = 1024

/** An empty list. @param blank what was never set reads as. */
export function growingNumbers(blank: number): GrowingNumbers {
  let numbers = new Int32Array(FIRST).fill(blank)
  return {
    get numbers() {
      return numbers
    },
    get bytes() {
      return numbers.byteLength
    },
    at: (index) => numbers[index] ?? blank,
    set(index, value) {
      if (index >= numbers.length) {
        const longer = new Int32Array(Math.max(numbers.length * 2, index + 1)).fill(blank)
        longer.set(numbers)
        numbers = longer
      }
      numbers[index] = value
    },
  }
}
