import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Ingestor } from '#src/ingest/worker.js'
import { createLogger } from '#src/log.js'
import { Metrics } from '#src/metrics/metrics.js'
import { takeInventory } from '#src/store/inventory.js'
import { knowledgeFolder, type KnowledgeFolder } from '../helpers/knowledge-folder.js'
import { figure, parseMetrics } from '../helpers/metrics-text.js'
import { tinyPdf } from '../helpers/tiny-pdf.js'

describe('what is counted of knowledge', () => {
  let folder: KnowledgeFolder
  let ingestor: Ingestor
  let metrics: Metrics

  beforeEach(async () => {
    folder = await knowledgeFolder()
    const log = createLogger('silent', false)
    metrics = new Metrics(log)
    ingestor = new Ingestor({
      database: folder.database,
      uploadsDir: folder.uploads,
      log,
      embedderModule: new URL('../fixtures/letter-embedder.mjs', import.meta.url).href,
      metrics: metrics.ingestion,
    })
  })

  afterEach(async () => {
    await ingestor.close()
    await folder.dispose()
  })

  it('is what became of each file, stage by stage', async () => {
    await folder.addFile('guide.pdf', tinyPdf([[{ text: 'The counter opens at nine.', y: 700 }], []]))
    await folder.addFile('note.txt', 'Parcels are taken back within thirty days.')
    await folder.addFile('photo.png', Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'))
    await folder.addFile('blank.txt', ' \n\n \n')
    await folder.addFile('bad.txt', 'This sentence BREAKS THE EMBEDDER on purpose.')
    await ingestor.start({ directory: folder.path, id: 'letters' })
    await ingestor.idle()

    const samples = parseMetrics(await metrics.text())
    const failures = (stage: string) => figure(samples, 'guichet_ingestion_failures_total', { stage })
    const timed = (stage: string) =>
      figure(samples, 'guichet_ingestion_stage_duration_seconds_count', { stage })
    expect(figure(samples, 'guichet_ingested_sources_total', { type: 'file' })).toBe(2)
    expect(figure(samples, 'guichet_ingested_pages_total')).toBe(2)
    expect(figure(samples, 'guichet_ingested_passages_total')).toBe(2)
    expect((failures('extract') ?? 0) + (failures('chunk') ?? 0)).toBe(2)
    expect(failures('embed')).toBe(1)
    expect([timed('embed'), timed('index')]).toEqual([2, 2])
    expect(timed('extract')).toBeGreaterThanOrEqual(3)
  })

  it('is what is held, added up in steps of any size', async () => {
    await folder.addFile('one.txt', 'The counter opens at nine.')
    await folder.addFile('two.txt', 'Parcels are taken back within thirty days.')
    await ingestor.start({ directory: folder.path, id: 'letters' })
    await ingestor.idle()
    const gone = await folder.addFile('gone.txt', 'Soon gone.')
    await folder.addFile('later.txt', 'Not read yet.')
    await folder.remove(gone.id)

    const held = {
      sources: { pending: 1, processing: 0, ready: 2, failed: 0, deleting: 1 },
      passages: 2,
      jobs: { ingest: 1, delete: 1 },
    }
    for (const step of [1, 3, 5000]) expect(await takeInventory(folder.database.db, step)).toEqual(held)
  })
})
