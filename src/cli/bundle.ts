import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { BundleError } from '../bundle/bundle-error.js'
import { makeKeyPair, readPublicKey } from '../bundle/signature.js'
import type { Verdict } from '../bundle/verdict.js'
import { verifyArchive } from '../bundle/verify-archive.js'
import { verifyFolder } from '../bundle/verify-folder.js'
import { print } from './output.js'

/** Adds `guichet bundle keygen` and `guichet bundle verify`. */
export function registerBundle(program: Command): void {
  const bundle = program
    .command('bundle')
    .description('offline bundles: keys that sign them, and checking them')
  bundle
    .command('keygen')
    .description('makes the key pair that bundles are signed and verified with; overwrites nothing')
    .option('--out <folder>', 'where to', '.')
    .option('--json', 'for programs')
    .action(({ out, json }: { out: string; json?: true }) => {
      const { privateKey, publicKey } = makeKeyPair(given(out))
      print(
        json,
        { private_key: privateKey, public_key: publicKey },
        `${privateKey} signs bundles: keep it secret and backed up.\n` +
          `${publicKey} verifies them: hand it over by another way than the bundles.\n`,
      )
    })
  bundle
    .command('verify')
    .description('checks an archive or an unpacked bundle; exit code 1 when anything is wrong')
    .argument('<path>')
    .option('--key <file>', 'the public key of whoever made it; without, its origin is not verified')
    .option('--json', 'for programs')
    .action(verify)
}

async function verify(path: string, options: { key?: string; json?: true }): Promise<void> {
  const at = given(path)
  const key = options.key === undefined ? undefined : readPublicKey(given(options.key))
  const folder = statSync(at, { throwIfNoEntry: false })
  if (folder === undefined) throw new BundleError(`There is no ${at}.`)
  const verdict = folder.isDirectory() ? await verifyFolder(at, key) : await verifyArchive(at, key)
  process.stdout.write(options.json === true ? `${JSON.stringify(verdict, null, 2)}\n` : asText(verdict))
  if (!verdict.ok) process.exitCode = 1
}

function asText({ ok, origin, files, failures }: Verdict): string {
  if (!ok) return failures.map((failure) => `✗ ${failure}\n`).join('')
  return origin === 'verified'
    ? `✓ Signed by the owner of the key; all ${files} files are what was bundled.\n`
    : `✓ All ${files} files are what was bundled.\n` +
        '· Who made it was not verified: give the public key of its maker with --key.\n'
}

/** A path as the person meant it: relative to the folder they called from, wherever npm runs us. */
function given(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '', path)
}
