import type { SpokenLanguage } from './wording.js'

const MAX_NAME = 60
const MAX_NAME_WORDS = 4
const MAX_TIER = 30

/** Traits that may hold a name, the best for an address first; compared without case, accents and punctuation. */
const NAME_TRAITS = ['firstname', 'givenname', 'prenom', 'name', 'fullname', 'displayname', 'nomcomplet']
const TIER_TRAITS = ['subscriptiontier', 'tier', 'plan', 'subscriptionplan', 'customertier', 'abonnement']

/** A word of a name: letters, with ' ’ - between them; a full stop only at its end, so that no address looks like one. */
const NAME_WORD = /^\p{L}\p{M}?(?:['’-]?\p{L}\p{M}?)*\.?$/u
const INITIALS = /^(?:\p{Lu}\.-?){1,3}$/u
/** Small words within names; any other word of a longer name begins with a capital, where its script has them. */
const PARTICLES = new Set(
  'de du des d la le van von der den ter ten zu af av da di del della do dos das bin ben ibn al el y e i'.split(
    ' ',
  ),
)
const TIER_WORD = /^\p{L}{2,}$/u
/** What says that somebody is no particular customer: nothing to thank for. */
const NO_TIER = new Set(
  [
    'free none null undefined unknown basic trial default standard starter guest anonymous inactive cancelled canceled expired',
    'true false yes no gratuit gratuite essai aucun aucune inconnu base decouverte invite inactif resilie expire oui non',
  ]
    .join(' ')
    .split(' '),
)

/**
 * A few words of our own that open a conversation with somebody known: by name, by tier, or both. Only traits that look
 * like a name or a tier are used; whatever else they say is passed over. Undefined when there is nothing to go by.
 */
export function salutation(
  traits: Readonly<Record<string, unknown>>,
  language: SpokenLanguage,
): string | undefined {
  const name = first(traits, NAME_TRAITS, asName)
  const tier = first(traits, TIER_TRAITS, asTier)
  if (tier !== undefined) return language === 'fr' ? frenchThanks(name, tier) : englishThanks(name, tier)
  if (name === undefined) return undefined
  return `${language === 'fr' ? 'Bonjour' : 'Hello'} ${name.replace(/\.$/, '')}.`
}

/** Whether traits hold a name already, a usable one or not. */
export function namesSomebody(traits: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(traits).some(([key, value]) => NAME_TRAITS.includes(plainKey(key)) && isFilled(value))
}

function englishThanks(name: string | undefined, tier: string): string {
  const thanks = `thank you for being ${/^[aeio]/i.test(tier) ? 'an' : 'a'} ${tier} customer.`
  return name === undefined ? `Hello, and ${thanks}` : `Hello ${name}, ${thanks}`
}

function frenchThanks(name: string | undefined, tier: string): string {
  const thanks = `merci pour votre fidélité en tant que client ${tier}.`
  return name === undefined ? `Bonjour, et ${thanks}` : `Bonjour ${name}, ${thanks}`
}

/** The first of these traits that can be used. */
function first(
  traits: Readonly<Record<string, unknown>>,
  names: readonly string[],
  use: (text: string) => string | undefined,
): string | undefined {
  const byName = new Map(Object.entries(traits).map(([key, value]) => [plainKey(key), value]))
  for (const name of names) {
    const value = byName.get(name)
    const used = typeof value === 'string' ? use(value.normalize('NFC').trim()) : undefined
    if (used !== undefined) return used
  }
  return undefined
}

function asName(text: string): string | undefined {
  if (text.length > MAX_NAME) return undefined
  const words = text.split(/ +/)
  const isName =
    words.length <= MAX_NAME_WORDS &&
    words.every((word) => NAME_WORD.test(word) || INITIALS.test(word)) &&
    (words.length === 1 || words.every((word) => !isLowerCase(word) || PARTICLES.has(word)))
  return isName ? words.join(' ') : undefined
}

function asTier(text: string): string | undefined {
  if (text.length > MAX_TIER || !TIER_WORD.test(text) || NO_TIER.has(plainKey(text))) return undefined
  const isAbbreviation = text.length <= 3 && text === text.toUpperCase()
  return isAbbreviation ? text : text.toLowerCase()
}

/** Whether it begins with a small letter; particles joined by an apostrophe (d’Arc) begin with their own. */
function isLowerCase(word: string): boolean {
  const [letter = ''] = word.replace(/^[dl]['’]/, '')
  return letter !== letter.toUpperCase()
}

function plainKey(key: string): string {
  return key
    .normalize('NFD')
    .replace(/[^\p{L}]/gu, '')
    .toLowerCase()
}

function isFilled(value: unknown): boolean {
  return value !== null && value !== undefined && value !== ''
}
