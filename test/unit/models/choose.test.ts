import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseModel } from '#src/models/choose.js'
import { candidates } from '#src/models/fetch.js'
import { parseCards } from '#src/models/hardware.js'
import { fileLocation, readManifest } from '#src/models/manifest.js'

const manifest = readManifest()

describe('chooseModel', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'guichet-choose-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  function put(path: string, bytes = 10) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), '')
    truncateSync(join(dir, path), bytes)
  }

  function fetched(id: string) {
    const entry = manifest.models.find((model) => model.id === id)!
    for (const file of entry.files) put(fileLocation(entry, file), file.bytes)
  }

  it('finds nothing in an empty or missing folder', () => {
    expect(chooseModel('chat', { dir, manifest })).toBeUndefined()
    expect(chooseModel('embedding', { dir: join(dir, 'none'), manifest })).toBeUndefined()
  })

  it('takes what was fetched, and says why', () => {
    fetched('tinyllama-1.1b-chat-iq2_xxs')
    const chosen = chooseModel('chat', { dir, manifest })
    expect(chosen).toMatchObject({
      path: join(dir, 'tinyllama-1.1b-chat-iq2_xxs.gguf'),
      entry: { replies: 'quote' },
    })
    expect(chosen?.why).toMatch(/^TinyLlama 1.1B Chat: .*\.$/)
  })

  it('prefers the largest model placed by hand', () => {
    fetched('tinyllama-1.1b-chat-iq2_xxs')
    put('small.gguf', 10)
    put('large.gguf', 20)
    expect(chooseModel('chat', { dir, manifest })).toMatchObject({ id: 'large.gguf', entry: undefined })
  })

  it('does not take half a model for one', () => {
    put('tinyllama-1.1b-chat-iq2_xxs.gguf', 10)
    put('big-00002-of-00003.gguf')
    put('mmproj-big.gguf')
    put('.partial/x/y.gguf')
    put('all-MiniLM-L6-v2/config.json', 650)
    expect(chooseModel('chat', { dir, manifest })).toBeUndefined()
    expect(chooseModel('embedding', { dir, manifest })).toBeUndefined()
  })

  it('takes the first part of a split model', () => {
    put('big-00001-of-00003.gguf')
    expect(chooseModel('chat', { dir, manifest })?.id).toBe('big-00001-of-00003.gguf')
  })

  it('takes the named one, and no other when that is missing', () => {
    fetched('all-MiniLM-L6-v2')
    put('mine/config.json')
    put('mine/onnx/model.onnx')
    expect(chooseModel('embedding', { dir, manifest })?.id).toBe('mine')
    expect(chooseModel('embedding', { dir, manifest }, 'all-MiniLM-L6-v2')?.entry?.id).toBe(
      'all-MiniLM-L6-v2',
    )
    expect(chooseModel('embedding', { dir, manifest }, 'multilingual-e5-small')).toBeUndefined()
  })

  it('does not leave the models folder for a named one', () => {
    expect(chooseModel('chat', { dir, manifest }, '../../../../../../../../../etc/passwd')).toBeUndefined()
  })
})

describe('the models recommended', () => {
  const on = (ramGb: number, cores: number, vramGb = 0) =>
    candidates('chat', { manifest, hardware: { ramGb, cores, vramGb, gpu: null } }).map((model) => model.id)

  it.each([
    [2, 2, 0, 'tinyllama-1.1b-chat-iq2_xxs'],
    [24, 2, 0, 'qwen3-0.6b-q8_0'],
    [8, 4, 0, 'qwen3-1.7b-q8_0'],
    [16, 8, 0, 'qwen3-4b-q4_k_m'],
    [16, 4, 8, 'qwen3-4b-q4_k_m'],
    [16, 4, 24, 'qwen3-8b-q4_k_m'],
  ])('with %d GiB, %d cores and %d GiB of graphics memory begin with %s', (ram, cores, vram, first) => {
    expect(on(ram, cores, vram)[0]).toBe(first)
  })

  it('end with the one that npm can bring', () => {
    expect(on(24, 16, 24).at(-1)).toBe('tinyllama-1.1b-chat-iq2_xxs')
  })
})

describe('parseCards', () => {
  it('reads what nvidia-smi prints', () => {
    expect(parseCards('81559, NVIDIA H100 80GB HBM3\n8192, Other\n')).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', vramGb: 81559 / 1024 },
      { name: 'Other', vramGb: 8 },
    ])
  })

  it('reads nothing from an error', () => {
    expect(parseCards('NVIDIA-SMI has failed because it could not communicate')).toEqual([])
  })
})
