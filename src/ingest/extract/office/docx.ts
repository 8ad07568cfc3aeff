import { openArchive } from '../archive.js'
import { finished, type Extraction } from '../extraction.js'
import { elementAt, elementsOf, type XmlElement } from '../xml-tree.js'
import { readAttached } from './attached.js'
import { DocxBody } from './docx-body.js'
import { DocxNumbering } from './docx-numbering.js'
import { DocxStyles } from './docx-styles.js'
import { OfficePackage, statedTitle } from './office-package.js'

/**
 * The text of a Word document (.docx and what is built alike) with its headings, lists, tables, notes, text boxes,
 * equations and charts. Left out: what was deleted or is hidden, comments, headers and footers of pages. A Word
 * document has no pages before it is printed.
 * @throws ExtractionError when it is damaged, encrypted or made to fill memory.
 */
export async function extractDocx(bytes: Uint8Array): Promise<Extraction> {
  const file = new OfficePackage(await openArchive(bytes))
  const main = await file.mainPart('word/document.xml')
  const body = new DocxBody({
    styles: new DocxStyles(await file.readRelated(main, 'styles')),
    numbering: new DocxNumbering(await file.readRelated(main, 'numbering')),
    notes: new Map([
      ...(await readNotes(file, main, 'footnote')),
      ...(await readNotes(file, main, 'endnote')),
    ]),
    attached: await readAttached(file, main),
  })
  const blocks = body.read(elementAt(await file.read(main), 'w:body'))
  const title = body.title ?? (await statedTitle(file))
  return finished({
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ...(title !== undefined && { title }),
    blocks,
  })
}

async function readNotes(
  file: OfficePackage,
  main: string,
  kind: 'footnote' | 'endnote',
): Promise<[string, XmlElement][]> {
  const notes = elementsOf(await file.readRelated(main, `${kind}s`), `w:${kind}`)
  return notes.map((note) => [`${kind} ${note.attributes['w:id'] ?? ''}`, note])
}
