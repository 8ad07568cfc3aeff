import { createHash } from 'node:crypto'
import type { Router } from 'express'
import { openApiDocument, type DocumentLanguage } from '../../contract/openapi.js'
import { getOpenApi } from '../../contract/operations/health.js'
import { SENT, serve } from '../serve.js'

/** `/openapi.json`: the reference for programs. Written once in each language; it is large. */
export function referenceRoutes(router: Router, version: string): void {
  const documents = new Map<DocumentLanguage, { body: Buffer; etag: string }>()

  serve(router, getOpenApi, ({ res, query }) => {
    const document = documents.get(query.lang) ?? written(version, query.lang)
    documents.set(query.lang, document)
    res.set({ 'Cache-Control': 'no-cache', ETag: document.etag }).type('json').send(document.body)
    return SENT
  })
}

function written(version: string, language: DocumentLanguage): { body: Buffer; etag: string } {
  const body = Buffer.from(JSON.stringify(openApiDocument(version, language)))
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` }
}
