/** JSON that a file holds: one value, or one on each line. */
export interface Records {
  value: unknown
  isNotebook: boolean
}

/** What a text holds when the whole of it is JSON, or every line of it is a JSON object or array; else undefined. */
export function parseRecords(source: string): Records | undefined {
  const text = source.replace(/^\uFEFF/, '').trim()
  if (!/^[[{]/.test(text)) return undefined
  const whole = parsed(text)
  if (whole !== undefined) return { value: whole, isNotebook: isNotebook(whole) }
  const lines = text.split(/\n+/).filter((line) => line.trim() !== '')
  if (lines.length < 2) return undefined
  const values: unknown[] = []
  for (const line of lines) {
    const value = parsed(line)
    if (value === undefined) return undefined
    values.push(value)
  }
  return { value: values, isNotebook: false }
}

/** An object or array; undefined for what is no JSON, and for JSON that is a single word. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function isNotebook(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'cells' in value && 'nbformat' in value
}
