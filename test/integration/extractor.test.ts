import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textPicture } from '../helpers/text-picture.js'
import { tinyPdf } from '../helpers/tiny-pdf.js'

const FIXTURE = fileURLToPath(new URL('../fixtures/abort-recognition.mjs', import.meta.url))

describe('Extractor', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guichet-extract-'))
  })

  afterEach(() => rm(folder, { recursive: true, force: true }))

  it(
    'leaves nothing at work once a scan is given up: the process ends by itself',
    { timeout: 120_000 },
    async () => {
      const scan = textPicture(
        Array.from({ length: 20 }, (_, at) => `Line ${at + 1} of a page that takes a while.`),
      )
      const page = { data: scan.toBuffer('image/jpeg'), width: scan.width, height: scan.height }
      const path = join(folder, 'scan.pdf')
      await writeFile(path, tinyPdf([page, page, page]))
      // @NOTE rejects for any other exit code than 0.
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [FIXTURE, path])
      expect([stdout, stderr]).toEqual(['given up\n', ''])
    },
  )
})
