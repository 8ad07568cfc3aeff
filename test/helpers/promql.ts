/** A metric that an expression reads, with the labels it asks it for. */
export interface Selector {
  metric: string
  labels: { name: string; operator: string; value: string }[]
}

const SELECTOR = /([a-z_]\w*)\s*(?:\{([^}]*)\})?(?!\w|\s*\()/gi
const MATCHER = /([a-z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"/gi
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/gi
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset'])

/** The metrics of a PromQL expression: enough of its grammar for dashboards and alerts without nested queries. */
export function selectorsOf(expression: string): Selector[] {
  const bare = expression.replace(GROUPING, ' ').replace(/\[[^\]]*\]/g, ' ')
  return [...bare.matchAll(SELECTOR)].flatMap(([, metric = '', matchers = '']) => {
    if (OPERATORS.has(metric)) return []
    const labels = [...matchers.matchAll(MATCHER)].map(([, name = '', operator = '', value = '']) => ({
      name,
      operator,
      value,
    }))
    return [{ metric, labels }]
  })
}

/** The labels by which a PromQL expression groups. */
export function groupingsOf(expression: string): string[] {
  return [...expression.matchAll(GROUPING)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
}
