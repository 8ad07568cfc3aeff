import { foldAccents } from './tokens.js'

/** What kind of thing a question asks for, as far as its words tell. */
export type AnswerKind = 'person' | 'place' | 'time' | 'quantity' | 'reason' | 'manner' | 'any'

const ASKED: [AnswerKind, RegExp][] = [
  [
    'quantity',
    /\bhow (?:many|much|long|old|far|tall|large|big|high|often|fast|heavy|deep|wide)\b|\b(?:percentage|percent|price|cost|costs|amount|population)\b|\bcombien\b|\bquel(?:le)?s? (?:est |sont |etait )?(?:le |la |les |l')?(?:nombre|pourcentage|montant|prix|somme|taille|duree|distance|superficie|population|part|proportion|cout|tarifs?|delais?|hauteur|longueur|age)\b/,
  ],
  [
    'time',
    /\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time|hours?)\b|\b(?:opening|business|office) hours\b|\bquand\b|\bquel(?:le)?s? (?:est |sont |etait )?(?:le |la |les |l'|vos )?(?:annee|date|jours?|mois|siecle|heures?|horaires?|epoque|periode)\b/,
  ],
  [
    'place',
    /\bwhere\b|\b(?:what|which) (?:city|country|town|state|place|river|region|location|county|continent|street|building)\b|\bou (?!bien\b)(?=.*\?|se |est |sont |a |ont |puis|peut|trouve)|\bquel(?:le)?s? (?:ville|pays|region|lieu|endroit|fleuve|continent|rue|departement|ile|adresse)\b/,
  ],
  [
    'person',
    /\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|author|actor|president|king|queen|player|scientist|writer|emperor|team|company|group)\b|\b(?:a |avec |par |de |contre |pour |chez )?qui (?:est|sont|a|ont|etait|fut|\p{L}+)\b|\bquel(?:le)?s? (?:homme|femme|roi|reine|auteur|acteur|president|joueur|equipe|personnage|ecrivain|empereur|artiste)\b/u,
  ],
  [
    'manner',
    /\bhow (?:do|does|can|could|should|to|would|must)\b|\bcomment\b(?! (?:s'?)?appell)|\bsteps?\b|\betapes\b|\bprocedure\b/,
  ],
  ['reason', /\bwhy\b|\bpourquoi\b|\bfor what reason\b|\bpour quelles? raisons?\b/],
]

const MONTHS_AND_DAYS =
  /\b(?:january|february|march|april|may|june|july|august|september|october|november|december|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|century|siecle|noon|midi|minuit|midnight)\b|\b(?:1[0-9]|20)\d{2}\b|\b\d{1,2}\s?(?:h|am|pm|a\.m|p\.m|:\d{2})/
const NUMBER_WORDS =
  /\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|billion|half|third|twice|dozen|several|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|cent|cents|mille|millions?|milliards?|moitie|tiers|quart|dizaine|centaine|free|gratuit|gratuite)\b/
const REASONS =
  /\b(?:because|since|due to|so that|in order to|as a result|therefore|thus|caused|reason|to avoid|parce qu|car|puisqu|afin|grace a|en raison|a cause|cause|pour (?:eviter|que)|raison|donc)\b/

/** Instructions: steps of a list and what leads in to them, imperatives, means. */
const INSTRUCTIONS =
  /^(?:[-*+•–]|\(?\d{1,2}[.)])\s|:\s*$|^(?:click|press|open|go|select|choose|enter|tap|type|use|follow|turn|switch|hold|set|add|remove|fill|run|install|check|sign|log|visit|contact|call|send)\b|\bby \p{L}+ing\b|\byou (?:can|must|need|should|may)\b|^(?:\p{L}+, )?\p{L}+ez\b|\bvous (?:pouvez|devez)\b|\ben \p{L}+ant\b|\bgrace a\b|\bau moyen\b|\ba l'aide\b/u

const PRICE_ASKED =
  /\bhow much (?:does|do|is|are|will|would|for|to)\b.*\b(?:costs?|pay|price|charged?|fees?)\b|\bhow much (?:is|are)\b|\bwhat (?:does|do|is|are)\b.*\b(?:costs?|prices?|fees?)\b|^(?:prices?|costs?|fees?)\b|\bcombien (?:coute|coutent|ca coute|faut-il payer|vaut)\b|\b(?:c'est|est-ce) combien\b|\bquel(?:le)?s? (?:est |sont )?(?:le |la |les |l'|vos )?(?:prix|tarifs?|couts?|montants?)\b|^(?:prix|tarifs?|couts?)\b/
const AMOUNT =
  /[€$£]|\b\d+(?:[.,\s]\d+)*\s?(?:euros?|eur|cents?|centimes?|dollars?|usd|pounds?|gbp|francs?|chf|pence)\b|\b(?:free|no charge|included|gratuite?s?|gratuitement|offerte?s?|compris(?:es?)?|inclus(?:es?)?)\b/

/** Whether the question asks what something costs. */
export function asksPrice(question: string): boolean {
  return PRICE_ASKED.test(foldAccents(question.toLowerCase().replaceAll('’', "'")))
}

/** Whether a text names an amount of money, or says that there is nothing to pay. */
export function namesAmount(text: string): boolean {
  return AMOUNT.test(foldAccents(text.toLowerCase()))
}

/** Reads the kind from the question words; `any` when they say nothing about it. */
export function expectedAnswer(question: string): AnswerKind {
  const plain = foldAccents(question.toLowerCase().replaceAll('’', "'"))
  return ASKED.find(([, asked]) => asked.test(plain))?.[0] ?? 'any'
}

/** Whether a sentence holds something of that kind which the question did not bring itself. */
export function holdsAnswer(kind: AnswerKind, sentence: string, question: string): boolean {
  if (kind === 'any') return true
  const plain = foldAccents(sentence.toLowerCase())
  if (kind === 'reason') return REASONS.test(plain)
  if (kind === 'manner') return INSTRUCTIONS.test(plain)
  if (kind === 'quantity') return NUMBER_WORDS.test(plain) || newNumbers(sentence, question)
  if (kind === 'time') return MONTHS_AND_DAYS.test(plain) || newNumbers(sentence, question)
  return newNames(sentence, question)
}

/** Not the 42 of "E42", nor a step's number. */
const NUMBER = /(?<![\p{L}\p{N}])\p{N}+/gu
const LIST_NUMBER = /^\s*\(?\d{1,2}[.)]\s/u

function newNumbers(sentence: string, question: string): boolean {
  const known = new Set(question.match(NUMBER))
  return (sentence.replace(LIST_NUMBER, '').match(NUMBER) ?? []).some((number) => !known.has(number))
}

function newNames(sentence: string, question: string): boolean {
  const known = question.toLowerCase()
  const capitalised = sentence.match(/(?<=[\p{L}\p{N},;:’'(«"“-]\s?)\p{Lu}[\p{L}\p{M}]+/gu) ?? []
  return capitalised.some((name) => !known.includes(name.toLowerCase()))
}
