import type { Prepared } from './prepare.js'

const READ_JSON = `const answer = await response.json()
if (!response.ok) throw new Error(\`\${answer.code}: \${answer.detail}\`)
console.log(answer)`

const READ_TEXT = `if (!response.ok) throw new Error(\`HTTP \${response.status}\`)
console.log(await response.text())`

const READ_FRAMES = `if (!response.ok) throw new Error((await response.json()).detail)

const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
let rest = ''
for (;;) {
  const { done, value } = await reader.read()
  if (done) break
  const blocks = (rest + value).split('\\n\\n')
  rest = blocks.pop()
  for (const block of blocks) {
    const line = block.split('\\n').find((each) => each.startsWith('data: '))
    if (line) console.log(JSON.parse(line.slice(6)))
  }
}`

/** The request as a module for browsers and Node. `isJson`: whether the answer is. */
export function javascriptOf(prepared: Prepared, isJson: boolean): string {
  const { method, url, headers, body, stream } = prepared
  const options = [
    ...(method === 'GET' ? [] : [`method: ${literal(method)}`]),
    ...(headers.length === 0 ? [] : [`headers: ${toSource(Object.fromEntries(headers), 1)}`]),
    ...(body.kind === 'json' ? [`body: ${jsonBody(body.text)}`] : []),
    ...(body.kind === 'form' ? ['body: form'] : []),
  ]
  const before = body.kind === 'form' ? `${formOf(body)}\n\n` : ''
  const second = options.length === 0 ? '' : `, {\n  ${options.join(',\n  ')},\n}`
  const read = stream ? READ_FRAMES : isJson ? READ_JSON : READ_TEXT
  return `${before}const response = await fetch(${literal(url)}${second})\n${read}`
}

function formOf({ parts, fileField }: Extract<Prepared['body'], { kind: 'form' }>): string {
  return [
    'const form = new FormData()',
    ...parts.map(([name, value]) => `form.append(${literal(name)}, ${literal(value)})`),
    ...(fileField === ''
      ? []
      : [`form.append(${literal(fileField)}, document.querySelector('input[type=file]').files[0])`]),
  ].join('\n')
}

/** What is no JSON yet is sent as it is typed. */
function jsonBody(typed: string): string {
  try {
    return `JSON.stringify(${toSource(JSON.parse(typed), 1)})`
  } catch {
    return literal(typed)
  }
}

/** A JSON value as one writes it in a program. */
function toSource(value: unknown, depth: number): string {
  const pad = '  '.repeat(depth + 1)
  const end = '  '.repeat(depth)
  if (typeof value === 'string') return literal(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => toSource(item, depth + 1))
    const line = `[${items.join(', ')}]`
    return line.length <= 70 && !line.includes('\n')
      ? line
      : `[\n${items.map((item) => `${pad}${item},\n`).join('')}${end}]`
  }
  const entries = Object.entries(value).map(([name, inner]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name)
    return `${pad}${key}: ${toSource(inner, depth + 1)},\n`
  })
  return entries.length === 0 ? '{}' : `{\n${entries.join('')}${end}}`
}

function literal(value: string): string {
  const inside = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inside}'`
}
