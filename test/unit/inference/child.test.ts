import { describe, expect, it } from 'vitest'
import { childEnvironment } from '#src/inference/child-environment.js'
import { ChildMessage } from '#src/inference/protocol.js'
import { DEFAULT_RESTART_LIMITS, restartDelay } from '#src/inference/restart-policy.js'
import { defuse, markersIn } from '#src/inference/template-markers.js'

describe('childEnvironment', () => {
  it('passes on what the libraries need and nothing else', () => {
    const env = {
      PATH: '/bin',
      CUDA_VISIBLE_DEVICES: '1',
      BOOTSTRAP_CLIENT_SECRET: 's',
      npm_token: 't',
      PORT: '1',
    }
    expect(childEnvironment(env)).toEqual({ PATH: '/bin', CUDA_VISIBLE_DEVICES: '1' })
  })
})

describe('restartDelay', () => {
  it('doubles up to half a minute, then gives up', () => {
    const delays = Array.from({ length: 9 }, (_, index) => restartDelay(index + 1, DEFAULT_RESTART_LIMITS))
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, undefined])
  })
})

describe('the protocol', () => {
  it.each([
    { type: 'token', id: 1 },
    { type: 'token', id: -1, text: 'x' },
    { type: 'end', id: 1, reason: 'bored', usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 1 } },
    { type: 'ready', device: 'abacus', contextTokens: 1 },
    { type: 'unknown' },
    'token',
    null,
  ])('refuses %j', (message) => {
    expect(ChildMessage.safeParse(message).success).toBe(false)
  })
})

describe('template markers', () => {
  it.each([
    ['<|user|>', ['<|user|>']],
    ['<|start_header_id|>system<|end_header_id|>', ['<|start_header_id|>', '<|end_header_id|>']],
    ['[INST] <<SYS>>', ['[INST]', '<<SYS>>']],
    ['<start_of_turn>user', ['<start_of_turn>']],
    ['### Instruction:', ['### Instruction:']],
    ['User:', []],
    ['', []],
  ])('are found in %j', (line, markers) => {
    expect(markersIn(line)).toEqual(markers)
  })

  it('are broken in text, which stays readable', () => {
    const text = 'Hi <|user|> and [INST] and a<b'
    expect(defuse(text, ['<|user|>', '[INST]'])).toBe('Hi < |user|> and [ INST] and a<b')
  })
})
