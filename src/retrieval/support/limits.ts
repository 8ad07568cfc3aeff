import { foldAccents } from '../tokens.js'

/** What bounds a statement: with one of these dropped, added or exchanged, it says something else. */
export type Limit =
  | 'only'
  | 'except'
  | 'if'
  | 'until'
  | 'before'
  | 'after'
  | 'within'
  | 'from'
  | 'between'
  | 'at least'
  | 'at most'
  | 'more'
  | 'less'
  | 'all'
  | 'some'
  | 'must'
  | 'may'
  | 'roughly'

/** Without accents, lower case, with straight apostrophes; French and English side by side, as replies mix them. */
const PHRASES: Record<Limit, string> = {
  only: `only|solely|exclusively|seule?s?|seulement|uniquement|exclusivement|n(?:e |')[\\p{L}']+(?: [\\p{L}']+)? que`,
  except: `except|excluding|exclusive of|apart from|other than|unless|save for|sauf|excepte|hormis|hors|exception|a moins que|a moins d|en dehors`,
  if: `if|when|whenever|where|once|provided|as long as|in case|otherwise|si|s'ils?|lorsqu\\p{L}*|quand|a condition|pourvu|des (?:que|lors)|sous reserve|en cas|sinon`,
  until: `until|till|jusqu\\p{L}*`,
  before: `before|prior|earlier than|by|avant|au plus tard`,
  after: `after|following|later than|apres|a l'issue|au-dela|passe ce`,
  within: `within|in the first|sous|dans (?:un delai|les|l'heure|la semaine)|en moins de|under`,
  from: `from|since|as of|starting|a partir|a compter|des|depuis`,
  between: `between|entre`,
  'at least': `at least|minimum|no less than|not less than|or more|au moins|minimum|au minimum|ou plus|minimale?`,
  'at most': `at most|maximum|up to|no more than|not more than|no longer than|au plus|au maximum|maximale?|pas plus|tout au plus`,
  more: `more than|over|above|exceed\\w*|longer than|plus de|plus d|superieure?s?|depass\\p{L}*|au-dessus`,
  less: `less than|fewer than|below|shorter than|moins de|moins d|inferieure?s?|au-dessous|en dessous`,
  all: `all|always|every|each|any|both|whole|entire|entirely|fully|whatever|any time|tous|toutes|tout|toute|toujours|chaque|chacune?|n'importe|entierement|integralement`,
  some: `some|most|several|certain|part of|partly|partially|many|few|half|certaine?s?|quelques|plupart|partie|partiellement|plusieurs|moitie`,
  must: `must|have to|has to|need|needs|required?|requires|mandatory|compulsory|obliged|shall|doit|doivent|dois|devez|devra|devront|devons|faut|faudra|obligatoire\\p{L}*|oblige\\p{L}*|exige\\p{L}*|necessaire\\p{L}*|imperativement`,
  may: `may|can|could|might|able|allowed|permitted|possible|possibly|optional|peut|peuvent|peux|pouvez|pourra|pourront|pourrez|possible|possibilite|autorisee?s?|facultati\\p{L}*|eventuellement`,
  roughly: `about|approximately|around|roughly|usually|normally|generally|often|sometimes|typically|occasionally|environ|approximativement|generalement|habituellement|normalement|souvent|parfois|en general`,
}

const PATTERNS = Object.entries(PHRASES).map(
  ([limit, phrases]) =>
    [limit as Limit, new RegExp(`(?<![\\p{L}\\p{N}])(?:${phrases})(?![\\p{L}\\p{N}])`, 'gu')] as const,
)

/** Where the limits of a text stand: each with the offsets in `plainText` of it. */
export function limitsIn(plain: string): { limit: Limit; start: number; end: number }[] {
  return PATTERNS.flatMap(([limit, pattern]) =>
    [...plain.matchAll(pattern)].map((match) => ({
      limit,
      start: match.index,
      end: match.index + match[0].length,
    })),
  )
}

/** The text as the patterns here read it. */
export function plainText(text: string): string {
  return foldAccents(text.normalize('NFKC').toLowerCase().replaceAll('’', "'"))
}

/** "ne" and "n'" alone say nothing: what stands with them does. */
const NEGATIONS =
  /(?<![\p{L}\p{N}])(?:not|\p{L}+n't|cannot|cant|dont|doesnt|isnt|arent|wont|no|none|never|nothing|nobody|neither|nor|without|unable|pas|jamais|aucune?s?|rien|nul(?:le)?|ni|sans|non|n(?:e |')[\p{L}']+ plus)(?![\p{L}\p{N}])/gu

/** How often the text says no: "cannot", "ne … pas", "without". */
export function negationsIn(plain: string): number {
  const counted = plain.replaceAll(
    /\b(?:no later than|not later than|no more than|no less than|pas plus tard)\b/gu,
    ' ',
  )
  return counted.match(NEGATIONS)?.length ?? 0
}
