import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadEmbedder, type EmbeddingRole } from '#src/retrieval/embedder.js'

export type Embed = (texts: readonly string[], role: EmbeddingRole) => Promise<Float32Array[]>

/** An embedder that never embeds the same text twice; `file` keeps the vectors from one run to the next. */
export async function cachedEmbedder(directory: string, file: string | undefined) {
  const embedder = await loadEmbedder({ directory, threads: 2 })
  const known = file !== undefined && existsSync(file) ? read(file) : new Map<string, Float32Array>()

  const embed: Embed = async (texts, role) => {
    const missing = [...new Set(texts)].filter((text) => !known.has(keyOf(text, role)))
    for (let from = 0; from < missing.length; from += 32) {
      const some = missing.slice(from, from + 32)
      const vectors = await embedder.embed(some, role)
      for (const [at, text] of some.entries()) known.set(keyOf(text, role), vectors[at] ?? new Float32Array())
    }
    return texts.map((text) => known.get(keyOf(text, role)) ?? new Float32Array())
  }
  const close = async () => {
    if (file !== undefined) write(file, known)
    await embedder.dispose()
  }
  return { embed, fresh: embedder, close }
}

function keyOf(text: string, role: EmbeddingRole): string {
  return `${role} ${text}`
}

function read(file: string): Map<string, Float32Array> {
  const known = new Map<string, Float32Array>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const bytes = Buffer.from(line.slice(0, tab), 'base64')
    known.set(
      JSON.parse(line.slice(tab + 1)) as string,
      new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    )
  }
  return known
}

function write(file: string, known: ReadonlyMap<string, Float32Array>): void {
  const lines = [...known].map(([key, vector]) => {
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
    return `${bytes.toString('base64')}\t${JSON.stringify(key)}`
  })
  writeFileSync(file, lines.join('\n'))
}
