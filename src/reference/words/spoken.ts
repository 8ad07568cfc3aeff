import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { en } from './words-en.js'
import { fr } from './words-fr.js'
import type { Language, Words } from './words.js'

const WORDS: Readonly<Record<Language, Words>> = { en, fr }

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

/** The language that the address names, else the browser's; and how to change it, which changes the address. */
export function useLanguage(): [Spoken, (language: Language) => void] {
  const [language, setLanguage] = useState<Language>(() => {
    const named = new URL(location.href).searchParams.get('lang')
    return choose(named === null ? navigator.languages : [named])
  })
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const change = (next: Language) => {
    const url = new URL(location.href)
    url.searchParams.set('lang', next)
    history.replaceState(history.state, '', url)
    setLanguage(next)
  }
  return [{ language, words: WORDS[language] }, change]
}

/** The first of `wanted` that is spoken here; English when there is none. */
function choose(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0])
  return known.find((primary) => primary === 'fr' || primary === 'en') ?? 'en'
}
