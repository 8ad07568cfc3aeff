/** A line's text without its markup: a link's words, a picture's description, words without their emphasis. */
export function inlineAsciidoc(text: string): string {
  return text
    .replace(/\[\[[^\]]{0,200}\]\]/g, '')
    .replace(/<<[^,>]{1,200},\s*([^>]{1,500})>>/g, '$1')
    .replace(/<<([^>]{1,200})>>/g, '$1')
    .replace(/\b(?:image|video|audio)::?[^\s[]{0,500}\[([^\],]{0,500})[^\]]{0,500}\]/g, '$1')
    .replace(/\b(?:link|xref|mailto):([^\s[]{1,500})\[([^\]]{0,500})\]/g, named)
    .replace(/\b((?:https?|ftp):\/\/[^\s[\]<>]{1,1000})\[([^\]]{0,500})\]/g, named)
    .replace(/\b(?:footnote|kbd|btn|menu|pass|stem|latexmath):[^\s[]{0,100}\[([^\]]{0,1000})\]/g, ' $1')
    .replace(/\[[.#][^\]]{1,100}\](?=[#*_`])/g, '')
    .replace(/(?<![\p{L}\p{N}*])\*(\S(?:[^*\n]{0,500}\S)?)\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/(?<![\p{L}\p{N}_])_(\S(?:[^_\n]{0,500}\S)?)_(?![\p{L}\p{N}_])/gu, '$1')
    .replace(/(?<![\p{L}\p{N}#])#(\S(?:[^#\n]{0,500}\S)?)#(?![\p{L}\p{N}#])/gu, '$1')
    .replace(/\*\*(\S[^*]{0,500}?)\*\*|__(\S[^_]{0,500}?)__|``?([^`]{1,500})``?/g, '$1$2$3')
    .replace(/\{(?:nbsp|zwsp|empty|sp)\}/g, ' ')
    .replace(/\s\+$/, '')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** A link's words, or its address where it has none. */
function named(_whole: string, address: string, words: string): string {
  const text = words.split(',')[0]?.replace(/^"|"$/g, '').replace(/\^$/, '') ?? ''
  return text === '' ? address : text
}
