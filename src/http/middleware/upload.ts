import { mkdirSync } from 'node:fs'
import type { RequestHandler } from 'express'
import multer from 'multer'

const MAX_FIELDS = 20
const MAX_FIELD_BYTES = 64 * 1024

/** Takes one file in the field `file` straight to disk, under a random name; bounded in every direction. */
export function singleUpload(dir: string, maxBytes: number): RequestHandler {
  mkdirSync(dir, { recursive: true })
  const upload = multer({
    dest: dir,
    defParamCharset: 'utf8',
    limits: {
      files: 1,
      fileSize: maxBytes,
      fields: MAX_FIELDS,
      fieldSize: MAX_FIELD_BYTES,
      fieldNameSize: 100,
      parts: MAX_FIELDS + 1,
      headerPairs: 50,
    },
  })
  return upload.single('file')
}
