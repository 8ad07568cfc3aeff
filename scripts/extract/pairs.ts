import { readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/** A file to read, and the Markdown files that may say what it holds, the surest first. */
export interface Sample {
  path: string
  /** Files named for this one file: `NAME.EXT.md`. */
  own: string | undefined
  /** A file named `NAME.md`, which files of several types may share. */
  shared: string | undefined
}

/** Folders of expected texts, beside the folder of the files or in it. */
const EXPECTED = /^(?:ground[-_]?truth|expected(?:[-_](?:outputs?|results?|texts?))?)$/i

/** Every file below a folder but the expected texts, in the order of their paths, each with what may be its own. */
export function findSamples(root: string): Sample[] {
  const folders = new Map<string, string[]>()
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) folders.set(entry.parentPath, [...(folders.get(entry.parentPath) ?? []), entry.name])
    else if (entry.isDirectory() && EXPECTED.test(entry.name)) {
      const path = join(entry.parentPath, entry.name)
      folders.set(path, folders.get(path) ?? [])
    }
  }
  const expected = [...folders.keys()].filter((folder) => EXPECTED.test(basename(folder)))
  const named = (folder: string, name: string) =>
    expected
      .filter((one) => dirname(one) === folder || dirname(one) === dirname(folder))
      .filter((one) => folders.get(one)?.includes(name) === true)
      .map((one) => join(one, name))[0]
  return [...folders]
    .filter(([folder]) => !isExpected(folder, expected))
    .flatMap(([folder, names]) =>
      names.map((name) => ({
        path: join(folder, name),
        own: named(folder, `${name}.md`),
        shared: named(folder, `${basename(name, extname(name))}.md`),
      })),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function isExpected(folder: string, expected: string[]): boolean {
  return expected.some((one) => folder === one || folder.startsWith(`${one}/`))
}
