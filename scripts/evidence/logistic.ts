/** A row to learn from: what was measured, whether the thing was so, and how much the row counts. */
export interface Row {
  features: readonly number[]
  label: boolean
  weight: number
}

export interface LogisticModel {
  bias: number
  weights: number[]
}

const STEPS = 3000
const RATE = 1
const RIDGE = 0.001

/** Logistic regression by gradient descent with a small ridge: deterministic, and enough for a handful of features. */
export function fitLogistic(rows: readonly Row[]): LogisticModel {
  const size = rows[0]?.features.length ?? 0
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  const model: LogisticModel = { bias: 0, weights: Array.from({ length: size }, () => 0) }
  for (let step = 0; step < STEPS; step += 1) {
    const slope = Array.from({ length: size }, () => 0)
    let biasSlope = 0
    for (const { features, label, weight } of rows) {
      const error = (apply(model, features) - (label ? 1 : 0)) * weight
      biasSlope += error
      for (let at = 0; at < size; at += 1) slope[at] = (slope[at] ?? 0) + error * (features[at] ?? 0)
    }
    model.bias -= (RATE * biasSlope) / total
    model.weights = model.weights.map((w, at) => w - RATE * ((slope[at] ?? 0) / total + RIDGE * w))
  }
  return model
}

/** The model's probability for one row. */
export function apply({ bias, weights }: LogisticModel, features: readonly number[]): number {
  const sum = weights.reduce((acc, weight, at) => acc + weight * (features[at] ?? 0), bias)
  return 1 / (1 + Math.exp(-sum))
}
