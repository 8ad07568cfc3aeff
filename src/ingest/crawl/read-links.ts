import { Parser } from 'htmlparser2'
import { pageAddress } from './address.js'

/** Where a page leads, and what it says of itself. */
export interface PageLinks {
  /** Addresses, each once, in the order of the page. */
  links: string[]
  /** The address that the page itself says is its own. */
  canonical: string | null
  /** False: it asks not to be found. */
  isIndexed: boolean
}

const MOST_LINKS = 2000

/**
 * The links of an HTML page that may be followed.
 * @param address where the page was found, which its links start from unless it names another.
 * @param robotsTag what its server said of it: X-Robots-Tag.
 */
export function readLinks(html: string, address: string, robotsTag = ''): PageLinks {
  const links = new Set<string>()
  const rules = directives(robotsTag)
  let base: string | undefined
  let canonical: string | null = null
  const reader = new Parser({
    onopentag(name, attributes) {
      const { href = '', rel = '' } = attributes
      if (name === 'base' && href !== '') base ??= absolute(href, address)
      else if (name === 'meta' && /^(?:robots|guichet)$/i.test(attributes['name'] ?? ''))
        for (const rule of directives(attributes['content'] ?? '')) rules.add(rule)
      else if (name === 'link' && hasWord(rel, 'canonical'))
        canonical ??= pageAddress(href, base ?? address) ?? null
      else if ((name === 'a' || name === 'area') && href !== '' && links.size < MOST_LINKS) {
        const target = hasWord(rel, 'nofollow') ? undefined : pageAddress(href, base ?? address)
        if (target !== undefined) links.add(target)
      }
    },
  })
  reader.end(html)
  const isFollowed = !rules.has('nofollow') && !rules.has('none')
  return {
    links: isFollowed ? [...links] : [],
    canonical,
    isIndexed: !rules.has('noindex') && !rules.has('none'),
  }
}

/** A site's list of its pages, or of further such lists. */
export interface Sitemap {
  pages: string[]
  sitemaps: string[]
}

/**
 * The addresses of a sitemap: of the XML kind, or of a plain list.
 * @param most as many pages are read, the first ones.
 */
export function readSitemap(text: string, most: number): Sitemap {
  const found: Sitemap = { pages: [], sitemaps: [] }
  if (!/^\s*</.test(text)) {
    found.pages = text.split(/\r?\n/, most).flatMap((line) => pageAddress(line) ?? [])
    return found
  }
  let place: string[] | undefined
  let isAddress = false
  let address = ''
  // @NOTE it knows no entities but those of XML itself, and so none that grow.
  const reader = new Parser(
    {
      onopentagname(name) {
        const local = name.split(':').at(-1)
        if (local === 'url') place = found.pages
        else if (local === 'sitemap') place = found.sitemaps
        isAddress = local === 'loc' && name === local
        address = ''
      },
      ontext(part) {
        if (isAddress && address.length < 5000) address += part
      },
      onclosetag(name) {
        if (name !== 'loc' || !isAddress) return
        isAddress = false
        const target = pageAddress(address)
        if (target !== undefined && place !== undefined && place.length < most) place.push(target)
      },
    },
    { xmlMode: true },
  )
  reader.end(text)
  return found
}

function absolute(href: string, base: string): string | undefined {
  return URL.canParse(href, base) ? new URL(href, base).href : undefined
}

function hasWord(list: string, word: string): boolean {
  return list.toLowerCase().split(/\s+/).includes(word)
}

/** "googlebot: noindex" is meant for another. */
function directives(text: string): Set<string> {
  const own = text
    .toLowerCase()
    .split(',')
    .filter((part) => !part.includes(':') || /^\s*guichet\s*:/.test(part))
  return new Set(own.map((part) => part.replace(/^\s*guichet\s*:/, '').trim()))
}
