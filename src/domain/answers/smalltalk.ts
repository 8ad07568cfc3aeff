import { greeting, invitation, thanks, type SpokenLanguage } from './wording.js'

interface Courtesy {
  language: SpokenLanguage
  text: string
  /** What is said instead where a salutation goes before it. */
  afterSalutation: string
}

const COURTESIES = new Map<string, Courtesy>([
  ...phrases('en', greeting, [
    'hello',
    'hi',
    'hey',
    'hello there',
    'hi there',
    'good morning',
    'good afternoon',
    'good evening',
  ]),
  ...phrases('en', thanks, [
    'thanks',
    'thank you',
    'thank you very much',
    'thanks a lot',
    'many thanks',
    'great thanks',
  ]),
  ...phrases('fr', greeting, [
    'bonjour',
    'bonsoir',
    'salut',
    'coucou',
    'bonjour à tous',
    'bonjour madame',
    'bonjour monsieur',
  ]),
  ...phrases('fr', thanks, [
    'merci',
    'merci beaucoup',
    'merci bien',
    'un grand merci',
    'mille mercis',
    'super merci',
  ]),
])

/**
 * The reply to a message that is nothing but a greeting or thanks, with the language it was in.
 * Undefined for everything else: a greeting with a question behind it is a question.
 */
export function smalltalk(message: string): Courtesy | undefined {
  const words = message
    .toLowerCase()
    .replace(/[^\p{L}\s]/gu, ' ')
    .trim()
    .replace(/\s+/g, ' ')
  return COURTESIES.get(words)
}

function phrases(
  language: SpokenLanguage,
  reply: (language: SpokenLanguage) => string,
  list: string[],
): [string, Courtesy][] {
  const text = reply(language)
  const afterSalutation = reply === greeting ? invitation(language) : text
  return list.map((phrase) => [phrase, { language, text, afterSalutation }])
}
