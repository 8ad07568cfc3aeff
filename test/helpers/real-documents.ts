import { tinyPdf } from './tiny-pdf.js'

/** A Markdown document. */
export const KETTLE_MD = `# Orvane K3 kettle

## Care

Descale the kettle every six weeks with two spoons of citric acid. Rinse it twice before you boil water to drink.

## Guarantee

The guarantee of the kettle lasts three years from the day of purchase. It does not cover damage by limescale.
`

/** A French text of two paragraphs. */
export const CANTEEN_TXT = `La cantine ouvre à onze heures trente et ferme à quatorze heures. Le menu de la semaine est affiché à l’entrée le lundi matin.

Les badges perdus sont remplacés à l’accueil du bâtiment B. Un nouveau badge coûte douze euros.
`

/** What page 2 of the PDF says, in this order. */
export const DRILL = [
  'The fire drill takes place on the first Tuesday of March.',
  'Everyone meets beside the bicycle shed until the roll call is over.',
]

/** Two pages. */
export const SAFETY_PDF = tinyPdf([
  [
    { text: 'Safety at the depot', y: 700, size: 18 },
    { text: 'Helmets are worn in halls two and three at all times.', y: 660 },
  ],
  [{ text: 'Fire drill', y: 700, size: 16 }, ...DRILL.map((text, at) => ({ text, y: 660 - 14 * at }))],
])

/** Markdown long enough for several batches of the embedder; each file tells of other things. */
export function longManual(subject: string): string {
  const verbs = [
    'Unpacking',
    'Mounting',
    'Cleaning',
    'Oiling',
    'Repairing',
    'Storing',
    'Returning',
    'Recycling',
  ]
  const parts = ['lid', 'motor', 'filter', 'cable', 'handle']
  const chapters = verbs.flatMap((verb) =>
    parts.map((part, at) => {
      const steps = Array.from(
        { length: 6 },
        (_, step) =>
          `In step ${step + 1} the ${part} of the ${subject} is turned ${at + step + 2} times by hand.`,
      )
      return `## ${verb} the ${part}\n\n${steps.join(' ')}`
    }),
  )
  return `# Manual of the ${subject}\n\n${chapters.join('\n\n')}\n`
}
