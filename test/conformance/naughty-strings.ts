import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A long list of troublesome strings that may lie beside the repository; it is no part of it. */
const LIST = fileURLToPath(new URL('../../../shared/adversarial/blns.json', import.meta.url))

/** Strings that programs stumble over. Written as code units where an editor would hide or change them. */
const OWN = [
  '',
  ' \t\r\n ',
  'null',
  '0',
  '-1e309',
  "Robert'); drop table assistant; --",
  '" or ""="',
  '%00%0a%2e%2e%2f',
  '../../../../etc/passwd',
  '<img src=x onerror=alert(1)>',
  '${7*7}{{7*7}}',
  '__proto__',
  'a\u0000b',
  '\ud800',
  '\udfff and after',
  '\u202eright to left\u202c',
  '\ufeff\u200b\u2060',
  'e\u0301'.repeat(50),
  '👩‍👩‍👧‍👦🏳️‍🌈',
  'مرحبا 你好 שלום',
  'ﷺ'.repeat(40),
  '\u001b[2J\u0007',
  'x'.repeat(9000),
  '{"content": [',
  '* OR (NEAR "a" b) -c ^d',
]

/** Every troublesome string there is at hand. */
export function naughtyStrings(): string[] {
  if (!existsSync(LIST)) return OWN
  const list = JSON.parse(readFileSync(LIST, 'utf8')) as string[]
  return [...OWN, ...list]
}
