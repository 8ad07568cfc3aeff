import type { Language } from './words.js'

/** A duration for people: `85 ms`, `1.2 s`, `1,2 s`. */
export function formatDuration(ms: number, language: Language): string {
  // @NOTE not Intl's unit style: its English short form of a second is "sec".
  const [value, unit, digits] = ms < 1000 ? [Math.round(ms), 'ms', 0] : [ms / 1000, 's', ms < 10_000 ? 1 : 0]
  const shown = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(Math.max(0, value))
  return `${shown}\u00a0${unit}`
}

/** A size for people, in units of 1024 as the server counts them: `100 MB`, `1,5 Mo`. */
export function formatBytes(bytes: number, language: Language): string {
  const megabytes = bytes / (1024 * 1024)
  if (megabytes < 1) return size(Math.ceil(bytes / 1024), 'kilobyte', 0, language)
  return size(megabytes, 'megabyte', megabytes < 10 ? 1 : 0, language)
}

/** A whole number with the language's grouping. */
export function formatCount(count: number, language: Language): string {
  return new Intl.NumberFormat(language).format(count)
}

/** A model's name without what only its file needs: directory, `.gguf`. */
export function formatModel(model: string): string {
  return model.replace(/^.*[\\/]/, '').replace(/\.gguf$/i, '')
}

function size(value: number, name: string, digits: number, language: Language): string {
  const style = { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits } as const
  // French typography wants the unit held to its number by a no-break space.
  return new Intl.NumberFormat(language, style).format(value).replace(/ /g, '\u00a0')
}
