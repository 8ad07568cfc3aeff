import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkModelFile, MissingModel } from '#src/inference/model-file.js'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'model-file-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

function file(head: string, bytes: number): string {
  const path = join(dir, 'model.gguf')
  const content = Buffer.alloc(bytes)
  content.write(head, 'latin1')
  writeFileSync(path, content)
  return path
}

describe('checkModelFile', () => {
  it('accepts what llama.cpp can read', async () => {
    await expect(checkModelFile(file('GGUF\x03', 1_000_000))).resolves.toBeUndefined()
  })

  it('tells a missing file from a broken one', async () => {
    await expect(checkModelFile(join(dir, 'none.gguf'))).rejects.toBeInstanceOf(MissingModel)
    await expect(checkModelFile(file('', 0))).rejects.not.toBeInstanceOf(MissingModel)
  })

  it.each([
    ['<!DOCTYPE html>', 2_000_000, 'not a GGUF model'],
    ['GGUF\x01', 2_000_000, 'version 1'],
    ['GGUF\x03', 999, '999 bytes'],
    ['GG', 2, 'not a GGUF model'],
  ])('says what is wrong with %j of %d bytes', async (head, bytes, said) => {
    await expect(checkModelFile(file(head, bytes))).rejects.toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining(said) as string,
    })
  })

  it('does not take a folder for a model', async () => {
    await expect(checkModelFile(dir)).rejects.toMatchObject({
      message: expect.stringContaining('not a file') as string,
    })
  })
})
