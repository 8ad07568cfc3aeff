import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { chooseLanguage } from './choose-language.js'
import { lasting } from './storage.js'
import { en } from './words-en.js'
import { fr } from './words-fr.js'
import type { Language, Words } from './words.js'

const WORDS: Readonly<Record<Language, Words>> = { en, fr }
const KEY = 'language'

/** The words of the chosen language, and the language for numbers. */
export interface Spoken {
  language: Language
  words: Words
}

const SpokenContext = createContext<Spoken>({ language: 'en', words: en })

/** Hands the chosen language to everything below. */
export const SpokenProvider = SpokenContext.Provider

/** The chosen language. */
export function useSpoken(): Spoken {
  return useContext(SpokenContext)
}

/** The remembered language, else the browser's; and how to change and remember it. */
export function useLanguage(): [Spoken, (language: Language) => void] {
  const [language, setLanguage] = useState<Language>(() => {
    const remembered = lasting.get(KEY)
    return chooseLanguage(remembered === null ? navigator.languages : [remembered])
  })
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const change = (next: Language) => {
    lasting.set(KEY, next)
    setLanguage(next)
  }
  return [{ language, words: WORDS[language] }, change]
}
