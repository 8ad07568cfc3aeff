import { Router, type Request } from 'express'
import {
  KnowledgeSearch,
  NewFile,
  NewQa,
  SourceQuery,
  type KnowledgeSource,
} from '../../contract/knowledge.js'
import type { Knowledge } from '../../domain/knowledge/knowledge.js'
import { AppError } from '../../errors.js'
import { callerOf, keysOnly } from '../caller.js'
import { singleUpload } from '../middleware/upload.js'
import { parse, parseBody, pathId } from '../parse.js'
import { ok, okList } from '../respond.js'

/** `/knowledge`: what the organization teaches its assistants. For keys and the operator only. */
export function knowledgeRoutes(
  knowledge: Knowledge,
  uploads: { uploadsDir: string; maxUploadBytes: number },
): Router {
  const router = Router()
  router.use(keysOnly)

  router.post('/search', async (req, res) => {
    const hits = await knowledge.search(callerOf(req).orgId, parseBody(KnowledgeSearch, req))
    ok(res, { hits })
  })

  router.post(['/qa', '/qas'], async (req, res) => {
    ok(res, await knowledge.addQa(callerOf(req).orgId, parseBody(NewQa, req)), 201)
  })

  router.post('/files', singleUpload(uploads.uploadsDir, uploads.maxUploadBytes), async (req, res) => {
    if (req.file === undefined) throw noFile(req)
    const upload = { name: req.file.filename, originalName: req.file.originalname, bytes: req.file.size }
    const { source, isNew } = await knowledge.addFile(callerOf(req).orgId, upload, () =>
      parse(NewFile, req.body),
    )
    ok(res, source, isNew ? 202 : 200)
  })

  for (const [path, type] of Object.entries(SOURCE_PATHS)) {
    router.get(`${path}/`, async (req, res) => {
      const query = parse(SourceQuery, req.query)
      const filter = type === undefined ? query : { ...query, type }
      okList(res, ['sources'], await knowledge.list(callerOf(req).orgId, filter), query)
    })
    router.get(`${path}/:id`, async (req, res) => {
      ok(res, await knowledge.get(callerOf(req).orgId, pathId(req, 'knowledge source'), type))
    })
    router.delete(`${path}/:id`, async (req, res) => {
      await knowledge.remove(callerOf(req).orgId, pathId(req, 'knowledge source'), type)
      ok(res, null)
    })
  }

  return router
}

/** Where sources of each type are found by id; the empty path takes all types. */
const SOURCE_PATHS: Record<string, KnowledgeSource['type'] | undefined> = {
  '/files': 'file',
  '/qa': 'qa',
  '/qas': 'qa',
  '': undefined,
}

function noFile(req: Request): AppError {
  if (typeof req.is('multipart/form-data') !== 'string') {
    return new AppError('unsupported_type', 'Send the file as multipart/form-data, in the field "file".')
  }
  const fields: unknown = req.body
  const isText = typeof fields === 'object' && fields !== null && 'file' in fields
  const message = isText ? 'must be sent as a file, with a file name.' : 'is required.'
  return new AppError('invalid_input', `file ${message}`, { fields: [{ path: 'file', message }] })
}
