import type { Embedder } from '../../src/retrieval/embedder.js'
import { randomNumbers } from './random.js'

/** How far a mixed vector is off the two real ones it is made of; the length of the disturbance, where theirs is 1. */
const NOISE = 0.35
const MOST_OF_OTHER = 0.5

/**
 * Vectors as a large library would have them, without the hours that it takes to embed one: each is a real one, with some of
 * another in it and a random disturbance, so that all have neighbours at every distance. The same for the same seed.
 */
export class MixedVectors {
  readonly #random: () => number

  private constructor(
    private readonly real: readonly Float32Array[],
    seed: number,
  ) {
    this.#random = randomNumbers(seed)
  }

  /** Embeds the sample that all is made of. */
  static async of(embedder: Embedder, texts: readonly string[], seed: number): Promise<MixedVectors> {
    return new MixedVectors(await embedder.embed(texts, 'passage'), seed)
  }

  /** The next one, of length 1. */
  next(): Float32Array {
    const [one, other] = [this.#pick(), this.#pick()]
    const share = this.#random() * MOST_OF_OTHER
    const step = (NOISE * 2 * Math.sqrt(3)) / Math.sqrt(one.length)
    const mixed = one.map(
      (value, at) => (1 - share) * value + share * (other[at] ?? 0) + step * (this.#random() - 0.5),
    )
    const length = Math.hypot(...mixed)
    return mixed.map((value) => value / length)
  }

  #pick(): Float32Array {
    const one = this.real[Math.floor(this.#random() * this.real.length)]
    if (one === undefined) throw new Error('There is no sample.')
    return one
  }
}
