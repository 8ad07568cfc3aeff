import type { Request, Router } from 'express'
import { NewFile, type KnowledgeSource } from '../../contract/knowledge.js'
import * as operations from '../../contract/operations/knowledge.js'
import type { Knowledge } from '../../domain/knowledge/knowledge.js'
import { AppError } from '../../errors.js'
import { singleUpload } from '../middleware/upload.js'
import { parse } from '../parse.js'
import { asPage, Reply, serve } from '../serve.js'

/** `/knowledge`: what the organization teaches its assistants. For keys and the operator only. */
export function knowledgeRoutes(
  router: Router,
  knowledge: Knowledge,
  uploads: { uploadsDir: string; maxUploadBytes: number },
): void {
  serve(router, operations.searchKnowledge, async ({ caller, body }) => ({
    hits: await knowledge.search(caller, body),
  }))

  serve(router, operations.createQa, ({ caller, body }) => knowledge.addQa(caller, body))

  serve(
    router,
    operations.uploadFile,
    async ({ req, caller }) => {
      if (req.file === undefined) throw noFile(req)
      const upload = { name: req.file.filename, originalName: req.file.originalname, bytes: req.file.size }
      const fields = () => parse(NewFile, req.body)
      const { source, isNew } = await knowledge.addFile(caller, upload, fields)
      return new Reply(isNew ? 202 : 200, source)
    },
    [singleUpload(uploads.uploadsDir, uploads.maxUploadBytes)],
  )

  serve(router, operations.createUrl, async ({ caller, body }) => {
    const { source, isNew } = await knowledge.addUrl(caller, body)
    return new Reply(isNew ? 202 : 200, source)
  })

  serve(router, operations.reprocessFile, ({ caller, params, body }) =>
    knowledge.reprocess(caller, params.id, 'file', body),
  )
  serve(router, operations.reprocessUrl, ({ caller, params, body }) =>
    knowledge.reprocess(caller, params.id, 'url', body),
  )
  serve(router, operations.reprocessQa, ({ caller, params }) => knowledge.reprocess(caller, params.id, 'qa'))

  serve(router, operations.patchFile, ({ caller, params, body }) =>
    knowledge.patch(caller, params.id, body, 'file'),
  )
  serve(router, operations.patchQa, ({ caller, params, body }) =>
    knowledge.patch(caller, params.id, body, 'qa'),
  )
  serve(router, operations.patchUrl, ({ caller, params, body }) =>
    knowledge.patch(caller, params.id, body, 'url'),
  )
  serve(router, operations.patchKnowledge, ({ caller, params, body }) =>
    knowledge.patch(caller, params.id, body),
  )

  for (const { list, get, remove, type } of BY_TYPE) {
    serve(router, list, async ({ caller, query }) => {
      const filter = type === undefined ? query : { ...query, type }
      return asPage('sources', await knowledge.list(caller, filter), query)
    })
    serve(router, get, ({ caller, params }) => knowledge.get(caller, params.id, type))
    serve(router, remove, async ({ caller, params }) => {
      await knowledge.remove(caller, params.id, type)
      return null
    })
  }
}

/** The same three things for sources of each type, and last for all of them: the longer paths go first. */
const BY_TYPE: {
  list: typeof operations.listKnowledge
  get: typeof operations.getKnowledge
  remove: typeof operations.deleteKnowledge
  type: KnowledgeSource['type'] | undefined
}[] = [
  { list: operations.listFiles, get: operations.getFile, remove: operations.deleteFile, type: 'file' },
  { list: operations.listQa, get: operations.getQa, remove: operations.deleteQa, type: 'qa' },
  { list: operations.listUrls, get: operations.getUrl, remove: operations.deleteUrl, type: 'url' },
  {
    list: operations.listKnowledge,
    get: operations.getKnowledge,
    remove: operations.deleteKnowledge,
    type: undefined,
  },
]

function noFile(req: Request): AppError {
  if (typeof req.is('multipart/form-data') !== 'string') {
    return new AppError('unsupported_type', 'Send the file as multipart/form-data, in the field "file".')
  }
  const fields: unknown = req.body
  const isText = typeof fields === 'object' && fields !== null && 'file' in fields
  const message = isText ? 'must be sent as a file, with a file name.' : 'is required.'
  return new AppError('invalid_input', `file ${message}`, { fields: [{ path: 'file', message }] })
}
