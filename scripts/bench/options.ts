import { parseArgs, type ParseArgsConfig } from 'node:util'
import { z } from 'zod'

const whole = z.coerce.number<string>('must be a whole number').int('must be a whole number')

/** A whole number above 0, as text on a command line. */
export const count = whole.min(1, 'must be 1 or more')

/** `1,4,16`, in ascending order. */
export const counts = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(count))
  .transform((list) => list.toSorted((a, b) => a - b))

/**
 * Reads a command line of `--name value`, and of `--flag` for those named so. Answers undefined, with everything said and the exit code set, when help
 * was asked for or an option cannot be used.
 */
export function readOptions<T>(
  usage: string,
  shape: z.ZodType<T>,
  names: readonly string[],
  flags: readonly string[] = [],
): T | undefined {
  const options: ParseArgsConfig['options'] = { help: { type: 'boolean' } }
  for (const name of names) options[name] = { type: flags.includes(name) ? 'boolean' : 'string' }
  try {
    const { values } = parseArgs({ options })
    if (values['help'] === true) {
      process.stdout.write(usage)
      return undefined
    }
    return shape.parse(values)
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `--${String(path[0])} ${message}.`).join('\n')
  return error instanceof Error ? error.message : String(error)
}
