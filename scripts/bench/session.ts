import { constants } from 'node:os'
import { Appliance, ApplianceError } from '../appliance/appliance.js'
import { ApplianceClient } from '../appliance/client.js'
import { LibraryError } from './library.js'

/** An appliance that exists for one measurement. */
export interface Bench {
  appliance: Appliance
  client: ApplianceClient
  /** Aborts when somebody stops the measurement. */
  signal: AbortSignal
}

/**
 * Prepares an appliance, not started yet, and removes all of it when `measure` is done. Ctrl-C ends it at once and
 * sets the exit code; what `measure` has printed or kept until then stays. A second Ctrl-C waits for nothing.
 */
export async function withAppliance(
  modelsDir: string,
  measure: (bench: Bench) => Promise<void>,
): Promise<void> {
  const appliance = await Appliance.prepare(modelsDir, { MODEL_FETCH: 'false' })
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      const code = 128 + constants.signals[name]
      if (interruption.signal.aborted) process.exit(code)
      process.exitCode = code
      interruption.abort()
      void appliance.stop()
    })
  }
  try {
    await measure({ appliance, client: new ApplianceClient(appliance.access), signal: interruption.signal })
  } catch (error) {
    if (interruption.signal.aborted) tell('stopped')
    else if (error instanceof ApplianceError || error instanceof LibraryError) {
      tell(error.message)
      process.exitCode = 1
    } else throw error
  } finally {
    await appliance.stop()
  }
}

/** One line of progress for the person at the terminal. */
export function tell(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
}
