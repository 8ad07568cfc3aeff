/** Names that clients of older versions still send, each with what it is called today. */
const CURRENT = new Map([
  ['agent_id', 'assistant_id'],
  ['agent', 'assistant'],
])

/** The fields under today's names; where both are there, today's counts. */
export function withCurrentNames(fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields
  const entries = Object.entries(fields)
  if (!entries.some(([name]) => CURRENT.has(name))) return fields
  const renamed = entries.map(([name, value]): [string, unknown] => [CURRENT.get(name) ?? name, value])
  return {
    ...Object.fromEntries(renamed),
    ...Object.fromEntries(entries.filter(([name]) => !CURRENT.has(name))),
  }
}
