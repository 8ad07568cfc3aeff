/** Kinds of files that are told apart by their content. */
export type Format = keyof typeof FORMATS

interface FormatFacts {
  /** As it stands in "The file is …". */
  name: string
  /** Ends of file names, and media types, that promise it. */
  names: string[]
}

/** What each kind is called, and by which names it goes. */
export const FORMATS = {
  pdf: { name: 'a PDF', names: ['pdf', 'application/pdf'] },
  docx: { name: 'a Word document (.docx)', names: ['docx', 'docm', 'dotx', 'dotm'] },
  pptx: {
    name: 'a PowerPoint presentation (.pptx)',
    names: ['pptx', 'pptm', 'ppsx', 'ppsm', 'potx', 'potm'],
  },
  odt: { name: 'an OpenDocument text (.odt)', names: ['odt', 'ott'] },
  odp: { name: 'an OpenDocument presentation (.odp)', names: ['odp'] },
  epub: { name: 'an EPUB book', names: ['epub'] },
  sheet: {
    name: 'a spreadsheet',
    names: ['xlsx', 'xlsm', 'xltx', 'xltm', 'xlsb', 'xls', 'xlt', 'ods', 'ots', 'fods'],
  },
  csv: {
    name: 'a table of separated values (.csv)',
    names: ['csv', 'tsv', 'tab', 'psv', 'text/csv', 'text/tab-separated-values'],
  },
  html: {
    name: 'an HTML page',
    names: ['html', 'htm', 'xhtml', 'text/html', 'application/xhtml+xml'],
  },
  markdown: {
    name: 'a Markdown text',
    names: ['md', 'markdown', 'mdown', 'mkd', 'text/markdown', 'text/x-markdown'],
  },
  asciidoc: { name: 'an AsciiDoc text', names: ['adoc', 'asciidoc', 'asc'] },
  text: { name: 'a plain text', names: ['txt', 'text', 'log', 'text/plain', 'plain'] },
  json: {
    name: 'a JSON text',
    names: ['json', 'jsonl', 'ndjson', 'geojson', 'application/json', 'application/x-ndjson'],
  },
  notebook: { name: 'a Jupyter notebook (.ipynb)', names: ['ipynb'] },
  xml: {
    name: 'an XML text',
    names: [
      'xml',
      'rss',
      'atom',
      'svg',
      'application/xml',
      'text/xml',
      'application/rss+xml',
      'application/atom+xml',
    ],
  },
  mail: { name: 'an e-mail (.eml)', names: ['eml', 'mht', 'mhtml', 'message/rfc822'] },
  outlook: { name: 'an Outlook message (.msg)', names: ['msg', 'application/vnd.ms-outlook'] },
  rtf: { name: 'an RTF document', names: ['rtf', 'application/rtf', 'text/rtf'] },
  image: {
    name: 'an image',
    names: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'tif', 'tiff', 'bmp', 'avif', 'heic', 'jp2'],
  },
} as const satisfies Record<string, FormatFacts>

/** What files of a kind that nobody reads are called, by the end of their usual name. */
export const UNREADABLE: Record<string, string> = {
  doc: 'an older Word document (.doc)',
  ppt: 'an older PowerPoint presentation (.ppt)',
  cfb: 'an older Office document (.doc, .ppt)',
  zip: 'a ZIP archive',
  tar: 'a tar archive',
  gz: 'a gzip archive',
  bz2: 'a bzip2 archive',
  xz: 'an xz archive',
  zst: 'a Zstandard archive',
  '7z': 'a 7-Zip archive',
  rar: 'a RAR archive',
  exe: 'a program',
  elf: 'a program',
  macho: 'a program',
  sqlite: 'an SQLite database',
  ps: 'a PostScript document',
  eps: 'a PostScript document',
  mobi: 'a Mobipocket book',
}

/** The kind that a file's extension or media type promises; undefined for one that is unknown. */
export function formatNamed(name: string): Format | undefined {
  const plain = name.split(';')[0]?.trim().toLowerCase().replace(/^\./, '') ?? ''
  return (Object.keys(FORMATS) as Format[]).find((format) =>
    (FORMATS[format].names as readonly string[]).includes(plain),
  )
}

/** Ends every sentence about a file that is of no kind that can be read. */
export const READABLE =
  'PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, HTML, Markdown, CSV, JSON, e-mail, image and text files can be read'
