/**
 * How documents are cut into passages, and their words stemmed. Raise it with a change of chunk.ts, index-text.ts, stems.ts or of
 * the reading of files that is worth reading all of them again: each source is then processed anew in the background.
 */
export const TEXT_VERSION = 2
