import type { KnowledgeHit, KnowledgeSource } from '../../contract/knowledge.js'
import type { Hit } from '../../retrieval/retriever.js'
import type { CrawlProgress } from '../../store/crawls.js'
import type { Source } from '../../store/sources.js'

/** A source as clients see it. @param crawled how far its crawl has got, where it has one. */
export function presentSource(
  source: Source,
  assistantIds: string[],
  crawled?: CrawlProgress,
): KnowledgeSource {
  if (source.status === 'deleting') throw new Error('A source that is being deleted is not shown.')
  return {
    id: source.id,
    type: source.type,
    title: source.title,
    status: source.status,
    stage: source.stage,
    error: source.error,
    progress: {
      pages_done: source.pagesDone,
      pages: source.pages,
      passages_done: source.passagesDone,
      passages: source.passages,
    },
    language: source.language,
    pages: source.pages,
    passages: source.passages,
    bytes: source.bytes,
    sha256: source.sha256,
    file_name: source.fileName,
    file_type: source.fileType,
    media_type: source.mediaType,
    url: source.url,
    question: source.question,
    answer: source.answer,
    tags: source.tags,
    source: source.origin,
    summary: source.summary,
    keywords: source.keywords,
    final_url: source.finalUrl,
    fetched_at: source.fetchedAt,
    refresh_hours: source.refreshHours,
    next_refresh_at: source.nextRefreshAt,
    refresh_error: source.refreshError,
    parent_id: source.parentId,
    crawl: presentCrawl(source, crawled),
    warnings: source.warnings,
    assistant_ids: assistantIds,
    created_at: source.createdAt,
    updated_at: source.updatedAt,
  }
}

function presentCrawl({ crawl }: Source, crawled: CrawlProgress | undefined): KnowledgeSource['crawl'] {
  if (crawl === null || crawled === undefined) return null
  const { depth, maxPages, sitemap, include, exclude } = crawl
  const { ready, failed, pending, leftOut, beyond } = crawled
  const limits = { depth, max_pages: maxPages, sitemap, include, exclude }
  return { ...limits, ready, failed, pending, left_out: leftOut, beyond }
}

/** A search hit as clients see it. */
export function presentHit(hit: Hit): KnowledgeHit {
  return {
    source_id: hit.sourceId,
    passage_id: hit.passageId,
    type: hit.type,
    title: hit.title,
    text: hit.text,
    page: hit.page,
    section: hit.section,
    score: hit.score,
    lexical_score: hit.lexicalScore,
    vector_score: hit.vectorScore,
  }
}
