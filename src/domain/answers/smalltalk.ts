import { greeting, thanks, type SpokenLanguage } from './wording.js'

interface Courtesy {
  language: SpokenLanguage
  reply: (language: SpokenLanguage) => string
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
export function smalltalk(message: string): { language: SpokenLanguage; text: string } | undefined {
  const words = message
    .toLowerCase()
    .replace(/[^\p{L}\s]/gu, ' ')
    .trim()
    .replace(/\s+/g, ' ')
  const courtesy = COURTESIES.get(words)
  return courtesy && { language: courtesy.language, text: courtesy.reply(courtesy.language) }
}

function phrases(language: SpokenLanguage, reply: Courtesy['reply'], list: string[]): [string, Courtesy][] {
  return list.map((phrase) => [phrase, { language, reply }])
}
