import { CommanderError } from 'commander'
import type { z } from 'zod'
import { BackupError } from '../backup/backup-error.js'
import { BundleError } from '../bundle/bundle-error.js'
import { GuichetError } from '../client/guichet.js'
import { ConfigError } from '../config.js'
import { AppError } from '../errors.js'
import { AskError } from './ask-error.js'
import { DataFolderError } from '../store/data-lock.js'
import { DatabaseError } from '../store/database.js'

const KNOWN = [
  AppError,
  AskError,
  BackupError,
  BundleError,
  ConfigError,
  DatabaseError,
  DataFolderError,
  GuichetError,
]

/** Whether the command line asks for output that programs read. */
export const FOR_PROGRAMS = process.argv.includes('--json')

/** Writes a result to standard output: one line of JSON for programs, or text for people. */
export function print(json: true | undefined, forPrograms: unknown, forPeople: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(forPrograms)}\n` : forPeople)
}

/** Writes a failure to standard error, as `{"error":"…"}` for programs; the exit code will be 1. */
export function fail(message: string): void {
  process.stderr.write(FOR_PROGRAMS ? `${JSON.stringify({ error: message })}\n` : `${message}\n`)
  process.exitCode = 1
}

/**
 * Ends a command that failed: with one sentence, if it is a failure that somebody can do something about.
 * @throws whatever else it was given.
 */
export function failWith(error: unknown): void {
  if (error instanceof CommanderError) {
    // What is wrong with the command line has been said to people already, and so has what they asked to be shown.
    if (error.exitCode !== 0 && FOR_PROGRAMS) fail(error.message.replace(/^error: /, ''))
    process.exitCode = error.exitCode
    return
  }
  if (!KNOWN.some((kind) => error instanceof kind)) throw error
  fail((error as Error).message)
}

/**
 * What was typed, checked as the API checks the same fields.
 * @param options what fields are called on the command line, where that is not simply their name.
 * @throws AppError `invalid_input` naming the option at fault.
 */
export function checked<T extends z.ZodType>(
  schema: T,
  given: unknown,
  options: Record<string, string> = {},
): z.output<T> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = String(issue?.path[0] ?? 'value')
  const option = options[field] ?? `--${field.replaceAll('_', '-')}`
  throw new AppError('invalid_input', `${option} ${issue?.message ?? 'is not valid'}.`)
}

/** Columns of equal width, one line a row. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}
