import type { Prepared } from './prepare.js'

/** The request as a command for a POSIX shell. */
export function curlOf({ method, url, headers, body, stream }: Prepared): string {
  const isImplied = method === 'GET' || (method === 'POST' && body.kind !== 'none')
  const options = [...(stream ? ['-N'] : []), ...(isImplied ? [] : [`-X ${method}`])]
  const lines = [
    ['curl', ...options, quoted(url)].join(' '),
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
  ]
  if (body.kind === 'json') lines.push(`-d ${quoted(body.text)}`)
  if (body.kind === 'form') {
    lines.push(...body.parts.map(([name, value]) => `--form-string ${quoted(`${name}=${value}`)}`))
    if (body.fileField !== '')
      lines.push(`-F ${quoted(`${body.fileField}=@${body.file?.name ?? 'manual.pdf'}`)}`)
  }
  return lines.join(' \\\n  ')
}

/** A word of a shell's line that is taken as it is. */
function quoted(value: string): string {
  return /^[\w./:=@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}
