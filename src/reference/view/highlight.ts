export type CodeLanguage = 'json' | 'js' | 'sh' | 'text'

/** A stretch of code: of a kind that is coloured, or of none. */
export interface Token {
  kind: 'name' | 'string' | 'number' | 'word' | 'comment' | ''
  text: string
}

/** Longer code is shown without colours. */
const LONGEST = 30_000

const PATTERNS: Record<Exclude<CodeLanguage, 'text'>, RegExp> = {
  json: /(?<name>"(?:\\.|[^"\\])*"(?=\s*:))|(?<string>"(?:\\.|[^"\\])*")|(?<number>-?\b\d[\d.e+-]*)|(?<word>\b(?:true|false|null)\b)/g,
  js: /(?<comment>\/\/.*)|(?<string>'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\])*")|(?<word>\b(?:const|let|await|for|of|if|break|throw|new|true|false|null)\b)|(?<number>\b\d[\d.]*)/g,
  sh: /(?<string>'[^']*')|(?<word>(?<=^|\s)--?[A-Za-z][\w-]*)|(?<name>^curl\b)/g,
}

/** The name of the group that has matched. */
function kindOf(groups: Record<string, string | undefined>): Token['kind'] {
  const [kind = ''] = Object.keys(groups).filter((name) => groups[name] !== undefined)
  return kind as Token['kind']
}

/** Cuts code into stretches to colour. Joined again, they are the code. */
export function tokens(code: string, language: CodeLanguage): Token[] {
  if (language === 'text' || code.length > LONGEST) return [{ kind: '', text: code }]
  const found: Token[] = []
  let end = 0
  for (const match of code.matchAll(PATTERNS[language])) {
    if (match.index > end) found.push({ kind: '', text: code.slice(end, match.index) })
    found.push({ kind: kindOf(match.groups ?? {}), text: match[0] })
    end = match.index + match[0].length
  }
  if (end < code.length) found.push({ kind: '', text: code.slice(end) })
  return found
}
