import { z } from 'zod'
import { must, text } from './common.js'

/** A page of the web; who may be asked for it is checked when it is fetched. */
export const PageUrl = z
  .string(must('a URL'))
  .trim()
  .max(2000, 'must have at most 2000 characters')
  .refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    return url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== ''
  }, 'must be an http or https URL such as "https://www.example.com/help"')
  .refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    return url === undefined || (url.username === '' && url.password === '')
  }, 'must not hold a user name or a password')

/** How often a page is fetched by itself. */
export const RefreshHours = z
  .int(must('a whole number'))
  .min(1, 'must be at least 1')
  .max(24 * 90, 'must be at most 2160')
  .nullable()
  .optional()
  .meta({
    description:
      'Hours between two times that the page is fetched again by itself; null = never. Absent = as the operator has it.',
    description_fr:
      'Heures entre deux récupérations automatiques de la page ; null = jamais. Absent = comme l’a réglé l’opérateur.',
  })

const pathStarts = z
  .array(
    text(500).refine((path) => path.startsWith('/'), 'must begin with "/"'),
    must('a list of paths'),
  )
  .max(50, 'must have at most 50 entries')

/** How far a crawl goes. */
export const CrawlLimits = z.object({
  depth: z
    .int(must('a whole number'))
    .min(0, 'must be at least 0')
    .max(5, 'must be at most 5')
    .default(3)
    .meta({
      description: 'Links between the first page and the farthest.',
      description_fr: 'Liens entre la première page et la plus éloignée.',
    }),
  max_pages: z
    .int(must('a whole number'))
    .min(1, 'must be at least 1')
    .max(500, 'must be at most 500')
    .default(100)
    .meta({ description: 'Pages in all.', description_fr: 'Pages en tout.' }),
  sitemap: z.boolean(must('true or false')).default(true).meta({
    description: 'Whether the pages that the site lists itself are read too (sitemap.xml).',
    description_fr: 'Si les pages que le site énumère lui-même sont lues aussi (sitemap.xml).',
  }),
  include: pathStarts.default([]).meta({
    description: 'Beginnings of paths, such as "/help/": only pages under one of them; none = all.',
    description_fr: 'Débuts de chemins, comme « /aide/ » : seulement les pages en dessous ; aucun = toutes.',
  }),
  exclude: pathStarts.default([]).meta({
    description: 'Beginnings of paths whose pages are left out.',
    description_fr: 'Débuts de chemins dont les pages sont laissées de côté.',
  }),
})

/** How far a crawl goes, and has got, in pages. */
export const Crawl = CrawlLimits.extend({
  ready: z.int(),
  failed: z.int(),
  pending: z.int(),
  left_out: z.int().meta({
    description: 'Read, but gone, moved to another site, the same as another page, or not to be indexed.',
    description_fr:
      'Lues, mais disparues, déplacées vers un autre site, identiques à une autre page ou à ne pas indexer.',
  }),
  beyond: z.int().meta({
    description: 'Found, but beyond the limits.',
    description_fr: 'Trouvées, mais au-delà des limites.',
  }),
})
