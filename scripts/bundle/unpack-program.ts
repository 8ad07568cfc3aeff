import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { BundleError } from '../../src/bundle/bundle-error.js'
import { readPublicKey } from '../../src/bundle/signature.js'
import { unpackBundle } from '../../src/bundle/unpack.js'

// `node guichet-unpack.mjs`: one file that needs only Node; it is carried beside the archive.
const USAGE = `Usage: node ${basename(process.argv[1] ?? '')} ARCHIVE.tar.zst [--to FOLDER] [--key guichet-signing.pub]`

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { to: { type: 'string', default: '.' }, key: { type: 'string' } },
  })
  const [archive] = positionals
  if (archive === undefined || positionals.length > 1) throw new BundleError(USAGE)
  const key = values.key === undefined ? undefined : readPublicKey(values.key)
  const { folder, verdict } = await unpackBundle(archive, values.to, key)
  const origin =
    verdict.origin === 'verified'
      ? 'signed by the owner of the key'
      : 'but who made it was not verified, because no --key was given'
  process.stdout.write(`${folder}: ${verdict.files} files, all as they were bundled, ${origin}.\n`)
}

main().catch((error: unknown) => {
  const known =
    error instanceof BundleError || (error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
  process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack)}\n`)
  process.exitCode = 1
})
