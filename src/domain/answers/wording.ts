/** The languages that the appliance itself speaks. */
export type SpokenLanguage = 'en' | 'fr'

const DECLINED: Record<SpokenLanguage, string> = {
  en: 'I don’t know: I found nothing in my documents that answers this.',
  fr: 'Je ne sais pas : je n’ai rien trouvé dans mes documents qui réponde à cette question.',
}

const HELLO: Record<SpokenLanguage, string> = { en: 'Hello!', fr: 'Bonjour !' }

const INVITATION: Record<SpokenLanguage, string> = {
  en: 'What would you like to know?',
  fr: 'Que souhaitez-vous savoir ?',
}

const THANKS: Record<SpokenLanguage, string> = {
  en: 'You’re welcome. Is there anything else you would like to know?',
  fr: 'Je vous en prie. Souhaitez-vous savoir autre chose ?',
}

/** An honest "I don't know", followed by whom to turn to when the assistant names somebody. */
export function declined(language: SpokenLanguage, handoffMessage: string): string {
  const handoff = handoffMessage.trim()
  return handoff === '' ? DECLINED[language] : `${DECLINED[language]} ${handoff}`
}

/** Says hello back and asks for the question. */
export function greeting(language: SpokenLanguage): string {
  return `${HELLO[language]} ${INVITATION[language]}`
}

/** Asks for the question. */
export function invitation(language: SpokenLanguage): string {
  return INVITATION[language]
}

/** Takes thanks and offers more. */
export function thanks(language: SpokenLanguage): string {
  return THANKS[language]
}

/** The first of these language tags that we speak ourselves; English when none is. */
export function spoken(...tags: (string | null | undefined)[]): SpokenLanguage {
  for (const tag of tags) {
    const language = tag?.toLowerCase().split(/[-_]/)[0]
    if (language === 'en' || language === 'fr') return language
  }
  return 'en'
}
