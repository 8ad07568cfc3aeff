import { parse, type ChildNode, type Declaration } from 'postcss'
import parseValue from 'postcss-value-parser'

/** What may be set: how things look, and not where on the host's page they are. A name stands for all that begin with it. */
const FAMILIES = [
  ...['animation', 'background', 'border', 'column', 'flex', 'font', 'grid', 'justify', 'margin'],
  ...['list-style', 'outline', 'overflow', 'padding', 'text', 'transition', 'transform', 'align'],
]
const PROPERTIES = new Set([
  ...['accent-color', 'aspect-ratio', 'box-shadow', 'box-sizing', 'caret-color', 'color', 'color-scheme'],
  ...['cursor', 'display', 'fill', 'filter', 'gap', 'height', 'hyphens', 'letter-spacing', 'line-height'],
  ...['max-height', 'max-width', 'min-height', 'min-width', 'object-fit', 'opacity', 'order', 'position'],
  ...['row-gap', 'scrollbar-color', 'scrollbar-width', 'stroke', 'stroke-width', 'vertical-align'],
  ...['visibility', 'white-space', 'width', 'word-break', 'word-spacing'],
])
const POSITIONS = new Set(['static', 'relative'])
const FUNCTIONS = new Set([
  ...['rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'color-mix', 'light-dark'],
  ...['calc', 'min', 'max', 'clamp', 'var', 'minmax', 'repeat', 'fit-content'],
  ...['linear-gradient', 'radial-gradient', 'conic-gradient', 'cubic-bezier', 'steps'],
  ...['translate', 'translatex', 'translatey', 'scale', 'scalex', 'scaley', 'rotate', 'skew'],
  ...['blur', 'brightness', 'contrast', 'drop-shadow', 'grayscale', 'opacity', 'saturate'],
])
const AT_RULES = new Set(['media', 'keyframes'])
const MOST_RULES = 300
const MOST_DEPTH = 3

/** What is wrong with a style sheet for a widget, as the end of a sentence ("must not …"); null when nothing is. */
export function faultOfCss(css: string): string | null {
  // Both are ways to say something else than what is read here: an escape to a parser, a tag to a page.
  if (css.includes('\\')) return 'must not have backslashes'
  if (css.includes('<')) return 'must not have "<"'
  if (hasOpenString(css)) return 'must end each string in the line it begins in'
  try {
    const nodes = parse(css).nodes
    return count(nodes) > MOST_RULES ? `must have at most ${String(MOST_RULES)} rules` : faultOfAny(nodes, 1)
  } catch (error) {
    const { reason, line } = error as { reason?: string; line?: number }
    if (reason === undefined) throw error
    return `must be valid CSS: ${reason.replace(/\.$/, '')} in line ${String(line ?? 1)}`
  }
}

/** A browser ends a string with its line, and reads on where a parser that does not sees text still. */
function hasOpenString(css: string): boolean {
  const pieces = css.match(/\/\*[\s\S]*?\*\/|"[^"\n\r\f]*"|'[^'\n\r\f]*'|["']/g) ?? []
  return pieces.some((piece) => piece.length === 1)
}

function count(nodes: readonly ChildNode[]): number {
  return nodes.reduce((sum, node) => sum + 1 + ('nodes' in node && node.nodes ? count(node.nodes) : 0), 0)
}

function faultOfAny(nodes: readonly ChildNode[], depth: number): string | null {
  if (depth > MOST_DEPTH) return `must not be nested deeper than ${String(MOST_DEPTH)} levels`
  for (const node of nodes) {
    const fault = faultOf(node, depth)
    if (fault !== null) return fault
  }
  return null
}

function faultOf(node: ChildNode, depth: number): string | null {
  if (node.type === 'comment') return null
  if (node.type === 'decl') return faultOfDeclaration(node)
  if (node.type === 'atrule' && !AT_RULES.has(node.name.toLowerCase())) {
    return `must not have @${node.name}; @media and @keyframes may be used`
  }
  const opening = node.type === 'rule' ? node.selector : node.params
  if (/url\s*\(|\/\*/i.test(opening)) return 'must not have url() or comments before a "{"'
  return faultOfAny(node.nodes ?? [], depth + 1)
}

function faultOfDeclaration({ prop, value }: Declaration): string | null {
  const name = prop.toLowerCase()
  if (!isAllowed(name)) return `must not set "${prop}"`
  if (name === 'position' && !POSITIONS.has(value.trim().toLowerCase()))
    return 'must not set "position" to anything but static or relative'
  let fault: string | null = null
  parseValue(value).walk((part) => {
    if (part.type === 'function' && part.value !== '' && !FUNCTIONS.has(part.value.toLowerCase()))
      fault ??= `must not use ${part.value}()`
    if (part.type === 'unicode-range') fault ??= 'must not use Unicode ranges'
  })
  return fault
}

function isAllowed(name: string): boolean {
  if (name.startsWith('--')) return true
  return PROPERTIES.has(name) || FAMILIES.some((family) => name === family || name.startsWith(`${family}-`))
}
