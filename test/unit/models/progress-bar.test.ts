import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createProgress } from '#src/models/progress-bar.js'

it('writes a plain line for every ten percent where there is no terminal', () => {
  const stream = new PassThrough()
  const show = createProgress(stream)
  const model = { id: 'm', name: 'M', total: 100 * 1024 ** 2 }
  for (let percent = 0; percent <= 100; percent++) {
    show({ ...model, done: percent * 1024 ** 2, state: 'fetching' })
  }
  show({ ...model, done: model.total, state: 'checking' })
  show({ ...model, done: model.total, state: 'finished' })
  const lines = String(stream.read()).trim().split('\n')
  expect(lines).toHaveLength(12)
  expect(lines[1]).toBe('M: 10 % of 100 MiB')
  expect(lines.at(-1)).toBe('M: fetched and checked')
})
