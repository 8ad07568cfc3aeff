import { foldAccents } from './tokens.js'

/** Openings that lean on the sentence before: pronouns, demonstratives, connectives. */
const LEANING: Record<string, RegExp> = {
  en: opening(
    'he|she|it|its|they|their|his|her|him|them|this|that|these|those|such|here|there(?! (?:is|are|was|were|will)\\b)|' +
      'however|therefore|thus|hence|also|but|and|or|so|then|otherwise|instead|moreover|furthermore|in addition|' +
      'as a result|for example|for instance|nevertheless|similarly|consequently|afterwards|both|neither|the former|the latter',
  ),
  fr: opening(
    'il(?! (?:y a|faut|est (?:possible|interdit|necessaire|recommande|conseille|obligatoire|impossible)))|ils|elle|elles|' +
      'ce|c|cela|ca|cet|cette|ces|celui|celle|ceux|celles|son|sa|ses|leur|leurs|lui|eux|y|en effet|toutefois|cependant|' +
      'neanmoins|pourtant|mais|et|ou|or|donc|ainsi|alors|puis|ensuite|aussi|de plus|en outre|par ailleurs|' +
      'par exemple|par consequent|sinon|autrement|en revanche|enfin|de meme|tous deux|ce dernier|cette derniere|ces derniers',
  ),
}

/** Whether a sentence cannot be understood without the one before it. */
export function leansOnPrevious(sentence: string, language: string): boolean {
  const plain = foldAccents(sentence.slice(0, 60).toLowerCase().replaceAll('’', "'"))
  const own = LEANING[language]
  return own ? own.test(plain) : Object.values(LEANING).some((pattern) => pattern.test(plain))
}

function opening(words: string): RegExp {
  return new RegExp(`^["'«“(–-]*\\s*(?:${words})(?![\\p{L}])`, 'u')
}
