import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { getDocument, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { ExtractionError } from './extraction.js'
import { endWithin } from './unfinished.js'

/** An opened PDF. */
export type PdfDocument = PDFDocumentProxy
/** One of its pages. */
export type PdfPage = PDFPageProxy

/** Pictures with more pixels are left out when a page is drawn: an A4 page scanned at 700 dpi. */
const MOST_IMAGE_PIXELS = 50_000_000
const CLOSE_MS = 2000
const PACKAGE = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))

/**
 * Opens a PDF; scripts in it do not run, and nothing is fetched. Call `closePdf` in the end.
 * @throws ExtractionError for one that needs a password, or is damaged beyond repair.
 */
export async function openPdf(bytes: Uint8Array): Promise<PdfDocument> {
  try {
    return await getDocument({
      // @NOTE a copy: pdf.js takes the buffer for itself.
      data: Uint8Array.from(bytes),
      verbosity: 0,
      isEvalSupported: false,
      enableXfa: false,
      maxImageSize: MOST_IMAGE_PIXELS,
      cMapUrl: folder('cmaps'),
      cMapPacked: true,
      standardFontDataUrl: folder('standard_fonts'),
      wasmUrl: folder('wasm'),
    }).promise
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException'
    throw new ExtractionError(
      isLocked
        ? 'The PDF is protected by a password; remove the protection and load it again.'
        : 'The PDF is damaged or incomplete and cannot be opened.',
      { cause: error },
    )
  }
}

/** Lets go of a PDF; what is still being worked on in it is waited for a moment only. */
export async function closePdf(document: PdfDocument): Promise<void> {
  await endWithin(document.loadingTask.destroy(), CLOSE_MS)
}

/** Character maps, typefaces and decoders of pictures come with the package. */
function folder(name: string): string {
  return join(PACKAGE, name) + sep
}
