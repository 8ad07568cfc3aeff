/** A unit vector's numbers lie between -1 and 1. */
const SCALE = 32_767

/**
 * A unit vector as it is stored: 16-bit whole numbers, half the size of floats. What is lost changes a cosine by less than
 * 0.0001.
 */
export function packVector(vector: Float32Array): Buffer {
  const packed = new Int16Array(vector.length)
  for (let at = 0; at < vector.length; at += 1) {
    const value = Math.round((vector[at] ?? 0) * SCALE)
    packed[at] = Math.max(-SCALE, Math.min(SCALE, value))
  }
  return Buffer.from(packed.buffer)
}

/** The numbers of a stored vector, without copying where that can be. */
export function storedNumbers(stored: Buffer): Int16Array {
  const { buffer, byteOffset, length } = stored
  if (byteOffset % 2 === 0) return new Int16Array(buffer, byteOffset, length >> 1)
  return new Int16Array(Uint8Array.from(stored).buffer)
}

/** Cosine between a stored vector and a unit vector of the same length. */
export function cosineOf(stored: Buffer, vector: Float32Array): number {
  const numbers = storedNumbers(stored)
  let sum = 0
  for (let at = 0; at < vector.length; at += 1) sum += (numbers[at] ?? 0) * (vector[at] ?? 0)
  return sum / SCALE
}

/** The mean of stored vectors, in their own scale; zeros when there are none. */
export function meanOf(stored: readonly Buffer[], dimension: number): Float32Array {
  const mean = new Float32Array(dimension)
  for (const one of stored) {
    const numbers = storedNumbers(one)
    for (let at = 0; at < dimension; at += 1) mean[at] = (mean[at] ?? 0) + (numbers[at] ?? 0) / stored.length
  }
  return mean
}
