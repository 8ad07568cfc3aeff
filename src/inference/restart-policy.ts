export interface RestartLimits {
  /** Wait before the first restart, in ms; each further one waits twice as long. */
  firstDelayMs: number
  longestDelayMs: number
  /** So many failures in a row end the attempts. */
  maxFailures: number
  /** A child that lives this long, in ms, clears its predecessors' record. */
  healthyMs: number
}

export const DEFAULT_RESTART_LIMITS: RestartLimits = {
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  maxFailures: 8,
  healthyMs: 60_000,
}

/**
 * How long to wait before the next attempt, in ms, after `failures` failures in a row (1 = the first);
 * undefined when it is time to give up. Exponential back-off: 0.5, 1, 2 … 30 s by default.
 */
export function restartDelay(failures: number, limits: RestartLimits): number | undefined {
  if (failures > limits.maxFailures) return undefined
  return Math.min(limits.firstDelayMs * 2 ** (failures - 1), limits.longestDelayMs)
}
