/** What a crawl keeps to. */
export interface CrawlScope {
  /** "https://host:port" of its first page. */
  origin: string
  /** Beginnings of paths; none = every path. */
  include: readonly string[]
  exclude: readonly string[]
}

const MAX_LENGTH = 1000
/** Parameters that tell where a visitor comes from or who it is, and change nothing about the page. */
const TRACKING =
  /^(?:utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|_gl|_hs\w+|phpsessid|jsessionid|sid|sessionid|aspsessionid\w*)$/i
/** What a page may link to that holds no words, or none that belong to the site's pages. */
const NO_PAGE =
  /\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|ogg|ogv|wav|flac|webm|mov|avi|mkv|css|m?js|json|xml|rss|atom|woff2?|ttf|otf|eot|zip|gz|tgz|bz2|xz|7z|rar|tar|exe|msi|dmg|pkg|deb|rpm|iso|apk|ics)$/i
/** A path that repeats itself so often leads in circles. */
const MOST_REPEATS = 3

/** An address as addresses of a crawl are compared: without fragment and tracking; undefined for what is none of the web. */
export function pageAddress(href: string, base?: string): string | undefined {
  const given = href.trim()
  if (given === '' || given.length > MAX_LENGTH || !URL.canParse(given, base)) return undefined
  const url = new URL(given, base)
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  url.hash = ''
  url.pathname = url.pathname.replace(/;jsessionid=[^/;]*/gi, '')
  const dropped = [...new Set(url.searchParams.keys())].filter((name) => TRACKING.test(name))
  // @NOTE deleting from a query writes all of it anew, in another spelling; one that holds nothing to delete stays.
  for (const name of dropped) url.searchParams.delete(name)
  if (url.search === '') url.search = ''
  return url.href.length > MAX_LENGTH ? undefined : url.href
}

/** Whether a crawl may read a page of this address, as far as the address tells. */
export function isInScope(address: string, { origin, include, exclude }: CrawlScope): boolean {
  const { origin: own, pathname } = new URL(address)
  if (own !== origin || NO_PAGE.test(pathname) || isCircular(pathname)) return false
  if (exclude.some((start) => pathname.startsWith(start))) return false
  return include.length === 0 || include.some((start) => pathname.startsWith(start))
}

function isCircular(path: string): boolean {
  const counts = new Map<string, number>()
  for (const part of path.split('/').filter(Boolean)) {
    const count = (counts.get(part) ?? 0) + 1
    if (count > MOST_REPEATS) return true
    counts.set(part, count)
  }
  return false
}
