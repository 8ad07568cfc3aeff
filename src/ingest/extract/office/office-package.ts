import { posix } from 'node:path'
import type { Archive } from '../archive.js'
import { elementAt, elementsOf, parseXml, textOf, type XmlElement } from '../xml-tree.js'

/** How one part of a package refers to another. */
export interface Relation {
  /** The last word of its type: `slide`, `footnotes`. */
  type: string
  /** The part's name in the archive. */
  target: string
}

/** Says only what text looks like, where it was checked and how it moves: most of what a document consists of. */
const LOOKS = new Set(
  `w:rFonts w:sz w:szCs w:lang w:color w:kern w:spacing w:ind w:jc w:i w:iCs w:bCs w:u w:noProof w:proofErr w:tabs
   w:bookmarkStart w:bookmarkEnd w:lastRenderedPageBreak w:pBdr w:tcW w:tcMar w:tcBorders w:tblBorders w:sectPr
   a:latin a:ea a:cs a:sym a:ln a:solidFill a:effectLst a:extLst p:spPr p:style p:timing p:transition c:spPr c:txPr`.split(
    /\s+/,
  ),
)

/** The parts of an Office Open XML document and how they refer to each other. */
export class OfficePackage {
  readonly #archive: Archive
  readonly #relations = new Map<string, Map<string, Relation>>()

  constructor(archive: Archive) {
    this.#archive = archive
  }

  /** The part that the document begins with, by its relation or, where that is missing, by its usual name. */
  async mainPart(usual: string): Promise<string> {
    const relations = [...(await this.relationsOf('')).values()]
    const main = relations.find(({ type, target }) => type === 'officeDocument' && this.#archive.has(target))
    return main?.target ?? usual
  }

  /** One part; undefined when the package lacks it. */
  async read(part: string): Promise<XmlElement | undefined> {
    const bytes = await this.#archive.read(part)
    return bytes === undefined ? undefined : parseXml(bytes, LOOKS)
  }

  /** One part's bytes; undefined when the package lacks it. */
  readBytes(part: string): Promise<Buffer | undefined> {
    return this.#archive.read(part)
  }

  /** The part that another refers to by this type; undefined when there is none. */
  async readRelated(part: string, type: string): Promise<XmlElement | undefined> {
    const relation = await this.related(part, type)
    return relation === undefined ? undefined : this.read(relation.target)
  }

  /** The first of a part's relations of one type. */
  async related(part: string, type: string): Promise<Relation | undefined> {
    return [...(await this.relationsOf(part)).values()].find((one) => one.type === type)
  }

  /** A part's relations inside the package, by their ids; those of the package itself for ''. */
  async relationsOf(part: string): Promise<Map<string, Relation>> {
    const known = this.#relations.get(part)
    if (known !== undefined) return known
    const folder = posix.dirname(part)
    const listed = await this.read(posix.join(folder, '_rels', `${posix.basename(part)}.rels`))
    const relations = new Map<string, Relation>()
    for (const { attributes } of elementsOf(listed, 'Relationship')) {
      const { Id, Type, Target, TargetMode } = attributes
      if (Id === undefined || Target === undefined || TargetMode === 'External') continue
      const type = Type?.split('/').at(-1) ?? ''
      relations.set(Id, { type, target: posix.join('/', folder, decoded(Target)).slice(1) })
    }
    this.#relations.set(part, relations)
    return relations
  }
}

function decoded(target: string): string {
  const path = target.replace(/[?#].*$/s, '')
  // @NOTE absolute targets begin at the package's root.
  const rooted = path.startsWith('/') ? `${'../'.repeat(50)}${path.slice(1)}` : path
  try {
    return decodeURIComponent(rooted)
  } catch {
    return rooted
  }
}

/** Names that programs give to what has no title. */
const NO_TITLE =
  /^(?:document|presentation|présentation|slide|diapositive|untitled|sans titre|powerpoint|microsoft word|word)\b/i

/** The title in a document's properties; undefined where there is none, or one that only the program gave. */
export async function statedTitle(file: OfficePackage): Promise<string | undefined> {
  const properties = await file.readRelated('', 'core-properties')
  const title = textOf(elementAt(properties, 'dc:title')).replace(/\s+/gu, ' ').trim().slice(0, 500)
  return title === '' || NO_TITLE.test(title) ? undefined : title
}
