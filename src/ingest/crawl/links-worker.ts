import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import robotsModule from 'robots-parser'
import { declaredCharset } from '../extract/html.js'
import { decodeText } from '../extract/text.js'
import { isInScope, type CrawlScope } from './address.js'
import { readLinks, readSitemap, type PageLinks, type Sitemap } from './read-links.js'

/** What a site asks of those who go over it: the text of its robots.txt. */
export interface RobotsText {
  /** Where it was found. */
  url: string
  text: string
}

/** Something to read out of a file of a site, or to ask of its robots.txt. */
export type LinkTask =
  | { kind: 'page'; path: string; address: string; robotsTag: string; scope: CrawlScope; robots: RobotsText }
  | { kind: 'sitemap'; path: string; scope: CrawlScope; robots: RobotsText; most: number }
  | { kind: 'robots'; robots: RobotsText; address: string }

/** What a site's robots.txt says. */
export interface RobotsAnswer {
  /** Whether the page may be read. */
  isAllowed: boolean
  /** Seconds between two requests that it asks for. */
  delaySeconds: number
  sitemaps: string[]
}

export type LinkAnswer<T extends LinkTask> = T extends { kind: 'page' }
  ? PageLinks
  : T extends { kind: 'sitemap' }
    ? Sitemap
    : RobotsAnswer

/** Its types tell of a module that the package is not. */
const robotsParser = robotsModule as unknown as typeof robotsModule.default
const AGENT = 'Guichet'
/** As large as a sitemap may be, says sitemaps.org. */
const MOST_UNPACKED = 50 * 1024 * 1024
const MOST_SITEMAPS = 50
const MOST_SITEMAP_URL = 2000

/** Runs in a worker thread: what a hostile site makes slow or large stays there. */
export default async function readTask(task: LinkTask): Promise<PageLinks | Sitemap | RobotsAnswer> {
  const robots = robotsParser(task.robots.url, task.robots.text)
  const isAllowed = (address: string) => robots.isAllowed(address, AGENT) !== false
  if (task.kind === 'robots') {
    const sitemaps = robots.getSitemaps().filter((url) => url.length < MOST_SITEMAP_URL)
    return {
      isAllowed: isAllowed(task.address),
      delaySeconds: delayOf(robots.getCrawlDelay(AGENT)),
      sitemaps: sitemaps.slice(0, MOST_SITEMAPS),
    }
  }
  const isWanted = (address: string) => isInScope(address, task.scope) && isAllowed(address)
  const bytes = await readFile(task.path)
  if (task.kind === 'sitemap') {
    const { pages, sitemaps } = readSitemap(unpacked(bytes).toString('utf8'), task.most)
    return { pages: pages.filter(isWanted), sitemaps: sitemaps.slice(0, MOST_SITEMAPS) }
  }
  const html = decodeText(bytes, declaredCharset(bytes)) ?? bytes.toString('latin1')
  const read = readLinks(html, task.address, task.robotsTag)
  return { ...read, links: read.links.filter(isWanted) }
}

/** What it says is no number may still be given as one. */
function delayOf(said = 0): number {
  return Number.isFinite(said) && said > 0 ? said : 0
}

function unpacked(bytes: Buffer): Buffer {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
  return isPacked ? gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED }) : bytes
}
