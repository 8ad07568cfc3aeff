import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const CLIENT = fileURLToPath(new URL('../../../dist/src/client', import.meta.url))
const FILES = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.js'),
)

describe('the built client', () => {
  it('is there', () => {
    expect(FILES).toContain('guichet.js')
  })

  it.each(FILES)('%s imports nothing but parts of the client', (file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(CLIENT, file), 'utf8'))
    const foreign = importedFiles
      .map(({ fileName }) => fileName)
      .filter(
        (name) =>
          !name.startsWith('.') || relative(CLIENT, resolve(CLIENT, dirname(file), name)).startsWith('..'),
      )
    expect(foreign).toEqual([])
  })
})

it('has its types beside it', () => {
  const [root] = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path === 'guichet.d.ts',
  )
  expect(root).toBe('guichet.d.ts')
})
