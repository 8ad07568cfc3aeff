import { randomUUID } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NewAssistant } from '#src/contract/assistants.js'
import { NewFile, NewQa } from '#src/contract/knowledge.js'
import { AppError } from '#src/errors.js'
import { Assistants } from '#src/domain/assistants/assistants.js'
import type { Caller } from '#src/domain/auth/caller.js'
import { Knowledge } from '#src/domain/knowledge/knowledge.js'
import { Ingestor } from '#src/ingest/worker.js'
import { createLogger } from '#src/log.js'
import { assistantStore } from '#src/store/assistants.js'
import { sourceStore } from '#src/store/sources.js'
import { knowledgeFolder, ORG, type KnowledgeFolder } from '../helpers/knowledge-folder.js'
import { scriptedRetriever } from '../helpers/scripted-retriever.js'

const CALLER: Caller = {
  ...{ kind: 'key', orgId: ORG, clientId: 'client', scopes: ['*'] },
  ...{ assistantIds: [], tokenId: null, customerId: null },
}

let folder: KnowledgeFolder
let ingestor: Ingestor
let assistants: Assistants
let knowledge: Knowledge

beforeEach(async () => {
  folder = await knowledgeFolder()
  const { database, uploads: uploadsDir } = folder
  ingestor = new Ingestor({
    database,
    uploadsDir,
    log: createLogger('silent', false),
    embedderModule: new URL('../fixtures/letter-embedder.mjs', import.meta.url).href,
  })
  assistants = new Assistants(assistantStore(database.db))
  knowledge = new Knowledge({
    db: database.db,
    assistants,
    retriever: scriptedRetriever(),
    ingest: ingestor,
    uploadsDir,
  })
})

afterEach(async () => {
  await ingestor.close()
  await folder.dispose()
})

const sources = () => folder.database.db.selectFrom('source').select(['id', 'status']).execute()

describe('pairs', () => {
  it('given by the hundred at once are stored, or refused and not stored', { timeout: 60_000 }, async () => {
    await ingestor.start({ directory: folder.path, id: 'slow-letters' })
    const given = Array.from({ length: 300 }, (_, at) =>
      knowledge.addQa(CALLER, NewQa.parse({ question: `Question ${String(at)}?`, answer: 'Yes.' })),
    )
    const settled = await Promise.allSettled(given)
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    expect(refused.length).toBeGreaterThan(0)
    for (const reason of refused) expect(reason).toMatchObject({ code: 'busy', retryAfterSeconds: 5 })
    const stored = await sources()
    expect(stored).toHaveLength(300 - refused.length)
    expect(new Set(stored.map(({ status }) => status))).toEqual(new Set(['ready']))
  })

  it('that cannot be embedded leave nothing behind', async () => {
    await ingestor.start({ directory: folder.path, id: 'letters' })
    await expect(
      knowledge.addQa(CALLER, NewQa.parse({ question: 'What BREAKS THE EMBEDDER?', answer: 'This.' })),
    ).rejects.toThrow('broken on purpose')
    expect(await sources()).toEqual([])
  })
})

describe('a file given twice', () => {
  const content = 'The counter opens at nine.'

  function upload(assistantIds?: string[]) {
    const name = randomUUID()
    writeFileSync(join(folder.uploads, name), content)
    const given = { name, originalName: 'hours.txt', bytes: content.length }
    return knowledge.addFile(CALLER, given, () => NewFile.parse({ assistant_ids: assistantIds }))
  }

  it('is processed again when that had failed, also when the first upload is gone', async () => {
    const { source } = await upload()
    const stored = await sourceStore(folder.database.db).find(ORG, source.id)
    rmSync(join(folder.uploads, stored?.storedFile ?? ''))
    await ingestor.start({ directory: folder.path, id: 'letters' })
    await ingestor.idle()
    expect(await knowledge.get(CALLER, source.id)).toMatchObject({ status: 'failed' })

    const again = await upload()
    expect(again).toMatchObject({ isNew: true, source: { id: source.id, status: 'pending', error: null } })
    await ingestor.idle()
    expect(await knowledge.get(CALLER, source.id)).toMatchObject({ status: 'ready', error: null })
    expect(existsSync(join(folder.uploads, stored?.storedFile ?? ''))).toBe(true)
    expect(await upload()).toMatchObject({ isNew: false, source: { id: source.id, status: 'ready' } })
  })

  it('for other assistants is refused with the name of the first', async () => {
    const { id } = await assistants.create(ORG, NewAssistant.parse({ name: 'Ada' }))
    const { source } = await upload([id])
    await expect(upload([id, id])).resolves.toMatchObject({ isNew: false })
    const refused = await upload().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(AppError)
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining(source.id) as string })
    expect(await sources()).toHaveLength(1)
  })
})
