import type { Block } from '../../retrieval/chunk.js'
import { openArchive } from './archive.js'
import { chartBlocks } from './office/chart.js'
import { parseXml } from './xml-tree.js'

const CHART_PART = /^xl\/charts\/chart\d*\.xml$/
/** A workbook with more of them is a report that a program wrote. */
const MAX_CHARTS = 200

/** The charts of a workbook (XLSX, XLSM): the title of each, and its numbers as a table. Charts that are damaged are passed over. */
export async function sheetCharts(bytes: Uint8Array): Promise<Block[]> {
  const archive = await openArchive(bytes)
  const parts = archive.entries.map(({ name }) => name).filter((name) => CHART_PART.test(name))
  const blocks: Block[] = []
  for (const part of parts.toSorted(byNumber).slice(0, MAX_CHARTS)) {
    const content = await archive.read(part)
    if (content !== undefined) blocks.push(...titled(readChart(content)))
  }
  return blocks
}

function byNumber(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

function readChart(content: Uint8Array): Block[] {
  try {
    return chartBlocks(parseXml(content))
  } catch {
    return []
  }
}

/** A chart's title heads it, so that none belongs to the sheet before. */
function titled(blocks: Block[]): Block[] {
  const [first, ...others] = blocks
  if (first === undefined) return []
  return first.kind === 'paragraph' && !first.text.includes('\n')
    ? [{ ...first, kind: 'heading', level: 2 }, ...others]
    : blocks
}
