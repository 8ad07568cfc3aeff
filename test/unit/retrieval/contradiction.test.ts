import { describe, expect, it } from 'vitest'
import { contradicts } from '#src/retrieval/contradiction.js'

const ALIKE = 0.9

describe('contradicts', () => {
  it.each([
    ['en', 'How do I disable the alarm?', 'How do I enable the alarm?'],
    ['en', 'How do I install version 3?', 'How do I install version 2?'],
    ['en', 'Where is your Lyon office?', 'Where is your Paris office?'],
    ['en', 'where is your lyon office', 'Where is your Paris office?'],
    ['en', 'Are you open on Sunday?', 'Are you open on Monday?'],
    ['en', "Why can't I log in?", 'How do I log in?'],
    ['en', 'What does error E43 mean?', 'What does error E42 mean?'],
    ['fr', "Comment désactiver l'alarme ?", "Comment activer l'alarme ?"],
    ['fr', 'Où est votre magasin de Marseille ?', 'Où est votre magasin de Lyon ?'],
    ['fr', 'où est votre magasin de marseille', 'Où est votre magasin de Lyon ?'],
    ['fr', 'Êtes-vous ouverts le dimanche ?', 'Êtes-vous ouverts le lundi ?'],
    ['fr', 'Puis-je payer sans carte ?', 'Puis-je payer avec ma carte ?'],
  ])('%s: "%s" is not "%s"', (language, asked, stored) => {
    expect(contradicts(asked, stored, 'An answer.', ALIKE, language)).toBe(true)
  })

  it.each([
    ['en', 'how can I reset my password', 'How do I reset my password?'],
    ['en', 'Delete my FB account', 'How do I delete my Facebook account?'],
    ['en', 'how do i contact the paris office', 'How do I contact the Paris office?'],
    ['fr', "vos horaires d'ouverture ?", "Quels sont vos horaires d'ouverture ?"],
    ['fr', 'comment joindre le magasin de lyon', 'Comment joindre le magasin de Lyon ?'],
  ])('%s: "%s" may be "%s"', (language, asked, stored) => {
    expect(contradicts(asked, stored, 'An answer.', ALIKE, language)).toBe(false)
  })

  it('excuses a number that the answer speaks of', () => {
    expect(
      contradicts('Can I return it within 30 days?', 'Can I return it?', 'Yes, for 30 days.', ALIKE, 'en'),
    ).toBe(false)
    expect(
      contradicts('Can I return it within 90 days?', 'Can I return it?', 'Yes, for 30 days.', ALIKE, 'en'),
    ).toBe(true)
  })
})
