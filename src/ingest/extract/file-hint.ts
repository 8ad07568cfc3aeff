import { extname } from 'node:path'
import { formatNamed, type Format } from './formats.js'

/** What the client, or a web server, said about a file. Only decides between kinds of text; the content decides the rest. */
export interface FileHint {
  fileName?: string | undefined
  /** A name such as "md", or a Content-Type. */
  fileType?: string | undefined
}

/** What the hint promises; "plain text", which is said of anything, only where nothing else is. */
export function hintedFormat({ fileName, fileType }: FileHint): Format | undefined {
  const said = [formatNamed(fileType ?? ''), formatNamed(extname(fileName ?? ''))]
  return (
    said.find((format) => format !== undefined && format !== 'text') ??
    said.find((format) => format !== undefined)
  )
}
