import type { Router } from 'express'
import { openApiDocument, type DocumentLanguage } from '../../contract/openapi.js'
import { getOpenApi } from '../../contract/operations/health.js'
import { serve } from '../serve.js'

/** `/openapi.json`: the reference for programs. Made once in each language. */
export function referenceRoutes(router: Router, version: string): void {
  const documents = new Map<DocumentLanguage, { openapi: string }>()

  serve(router, getOpenApi, ({ res, query }) => {
    const document = documents.get(query.lang) ?? openApiDocument(version, query.lang)
    documents.set(query.lang, document)
    res.set('Cache-Control', 'no-cache')
    return document
  })
}
