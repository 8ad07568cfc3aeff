import type { Block } from '../../../retrieval/chunk.js'
import { BlockList } from '../block-list.js'
import { extractHtml } from '../html.js'
import { decodeText } from '../text.js'
import { elementsOf, outermost, type XmlElement } from '../xml-tree.js'
import { chartBlocks } from './chart.js'
import type { OfficePackage } from './office-package.js'
import { paragraphText } from './slide-text.js'

/** The blocks of charts, diagrams (SmartArt) and inserted web pages that a part refers to, by the ids of its relations. */
export async function readAttached(file: OfficePackage, part: string): Promise<Map<string, Block[]>> {
  const attached = new Map<string, Block[]>()
  for (const [id, { type, target }] of await file.relationsOf(part)) {
    const blocks = await readPart(file, type, target)
    if (blocks !== undefined) attached.set(id, blocks)
  }
  return attached
}

async function readPart(file: OfficePackage, type: string, target: string): Promise<Block[] | undefined> {
  if (type === 'aFChunk' && /\.x?html?$/i.test(target)) {
    const text = decodeText((await file.readBytes(target)) ?? new Uint8Array())
    return text === undefined ? undefined : extractHtml(text).blocks
  }
  if (type !== 'chart' && type !== 'diagramData') return undefined
  const part = await file.read(target)
  if (part === undefined) return undefined
  return type === 'chart' ? chartBlocks(part) : diagramBlocks(part)
}

/** One line for each box of a diagram. */
function diagramBlocks(part: XmlElement): Block[] {
  const list = new BlockList()
  for (const box of outermost(part, 'dgm:t')) {
    const text = elementsOf(box, 'a:p').map(paragraphText)
    list.item(text.join(' '), '-', 0)
  }
  return list.blocks
}
