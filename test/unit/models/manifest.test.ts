import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readManifest } from '#src/models/manifest.js'

describe('the manifest that is shipped', () => {
  const { models } = readManifest()

  it('names each model once', () => {
    const ids = models.map((model) => model.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('offers one verified model per role that npm alone can bring', () => {
    const fromNpm = models.filter((model) => model.sources.some((source) => source.type === 'npm'))
    expect(fromNpm.map((model) => model.role).sort()).toEqual(['chat', 'embedding'])
    for (const file of fromNpm.flatMap((model) => model.files)) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('says for each npm source where every file comes from', () => {
    for (const model of models) {
      for (const source of model.sources.filter((source) => source.type === 'npm')) {
        expect(source.files.map((file) => file.path)).toEqual(model.files.map((file) => file.path))
      }
    }
  })
})

describe('readManifest', () => {
  it.each(['../outside.gguf', '/etc/passwd', 'a/../../b', '.hidden'])('refuses the path %s', (path) => {
    const [first] = readManifest().models
    const file = join(mkdtempSync(join(tmpdir(), 'guichet-manifest-')), 'manifest.json')
    writeFileSync(file, JSON.stringify({ models: [{ ...first, files: [{ path }] }] }))
    expect(() => readManifest(file)).toThrow(/relative path/)
  })
})
