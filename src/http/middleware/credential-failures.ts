import type { Request } from 'express'
import { ipKeyGenerator } from 'express-rate-limit'
import { AppError } from '../../errors.js'
import { hashSecret, secretMatches } from '../../domain/auth/secrets.js'

const WINDOW_MS = 5 * 60_000
/** Wrong secrets of one client from one address. */
const PER_CLIENT = 30
/** Wrong credentials from one address, whichever clients they name: many servers may share an address. */
const PER_ADDRESS = 300
const MAX_ENTRIES = 10_000
/** What lies behind one IPv6 connection. */
const IPV6_SUBNET = 64

interface Window {
  failures: number
  endsAt: number
}

/**
 * Slows down whoever tries secrets: after 30 wrong ones in five minutes for one client from one address, or 300 from
 * one address in all, keys from there are refused until the five minutes are over. The pair that was right from this
 * address before is let through all the same, so that nobody is locked out by a neighbour. Only keys count: a token
 * cannot be guessed, and browsers show ended ones every day. In memory, bounded: it protects the process, not an allowance.
 */
export class CredentialFailures {
  private readonly windows = new Map<string, Window>()
  private readonly proven = new Map<string, string>()

  /** Verifies a key and its secret by `verify`; @throws AppError `rate_limited`, and whatever that throws. */
  async guard<T>(req: Request, key: string, secret: string, verify: () => Promise<T>): Promise<T> {
    const address = ipKeyGenerator(req.ip ?? '', IPV6_SUBNET)
    const pair = `${address} ${key.slice(0, 128)}`
    const known = this.proven.get(pair)
    if (known === undefined || !secretMatches(secret, known)) this.requireCalm(address, pair)
    try {
      const result = await verify()
      remember(this.proven, pair, hashSecret(secret))
      return result
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthorized') {
        this.count(address)
        this.count(pair)
      }
      throw error
    }
  }

  private requireCalm(address: string, pair: string): void {
    const now = Date.now()
    const waits = [this.waitFor(pair, PER_CLIENT, now), this.waitFor(address, PER_ADDRESS, now)]
    const ms = Math.max(...waits)
    if (ms <= 0) return
    throw new AppError(
      'rate_limited',
      'Too many wrong credentials were sent from this address. Try again later.',
      { retryAfterSeconds: Math.ceil(ms / 1000) },
    )
  }

  private waitFor(key: string, limit: number, now: number): number {
    const window = this.windows.get(key)
    return window === undefined || window.failures < limit ? 0 : window.endsAt - now
  }

  private count(key: string): void {
    const now = Date.now()
    const window = this.windows.get(key)
    if (window === undefined || window.endsAt <= now)
      remember(this.windows, key, { failures: 1, endsAt: now + WINDOW_MS })
    else window.failures += 1
  }
}

/** Puts an entry last and lets the oldest ones go. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= MAX_ENTRIES) return
    map.delete(oldest)
  }
}
