/**
 * Numbers in [0, 1), the same for the same seed (mulberry32 by Tommy Ettinger, public domain).
 * @NOTE not the generator of the evaluations: its period is too short for millions of words, and theirs must stay
 * as it is for the published figures.
 */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A whole number from 0 to `count` - 1, the rank r drawn about as often as 1 / (r + 1): as words are used (Zipf). */
export function zipf(random: () => number, count: number): number {
  return Math.min(count - 1, Math.floor(Math.exp(random() * Math.log(count + 1))) - 1)
}
