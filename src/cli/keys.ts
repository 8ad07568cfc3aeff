import type { Command } from 'commander'
import { KeyRotation, NewKey } from '../contract/keys.js'
import { AppError } from '../errors.js'
import { withAppliance, type OpenAppliance } from './open-appliance.js'
import { checked, print, table } from './output.js'

interface Options {
  organization?: string
  json?: true
}

/** Adds `guichet keys create`, `list`, `rotate` and `revoke`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('API clients: a public id and a secret each')
  const command = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option(
        '--organization <id>',
        'whose, as "organizations list" shows it; absent = that of the first start',
      )
      .option('--json', 'for programs')
  command('create', 'makes a client; its secret is shown now and never again')
    .option('--name <name>', 'what the client is for', 'Client')
    .option('--scopes <list>', 'what its key may do, with commas: knowledge:write,analytics:read', '*')
    .option('--origins <list>', 'the only sites its widget may be on, with commas: https://shop.example')
    .option('--assistants <list>', 'the only assistants it may use, their ids with commas; absent = all')
    .action(create)
  command('list', 'every client, without secrets').action(list)
  command('rotate', 'gives a client a new secret, shown now and never again')
    .argument('<client_id>')
    .option('--grace-seconds <seconds>', 'for how long the secret before is taken too, up to 604800', '0')
    .action(rotate)
  command('revoke', 'ends a client: its secret and its widget tokens').argument('<client_id>').action(revoke)
}

type CreateOptions = Options & { name: string; scopes: string; origins?: string; assistants?: string }

async function create({ name, scopes, origins, assistants, ...options }: CreateOptions): Promise<void> {
  const given = {
    name,
    scopes: commaSeparated(scopes),
    allowed_origins: commaSeparated(origins ?? ''),
    assistant_ids: commaSeparated(assistants ?? ''),
  }
  const wish = checked(NewKey, given, { allowed_origins: '--origins', assistant_ids: '--assistants' })
  await withAppliance(async (appliance) => {
    const key = await appliance.keys.create(await callerIn(appliance, options), wish)
    print(options.json, { client_id: key.client_id, client_secret: key.client_secret }, credentialsText(key))
  })
}

/** More than one appliance will hold; what is shown is all there are. */
const PAGE = 200

async function list(options: Options): Promise<void> {
  await withAppliance(async (appliance) => {
    const { orgId } = await callerIn(appliance, options)
    const keys = []
    for (let offset = 0; offset === keys.length; offset += PAGE)
      keys.push(...(await appliance.keys.list(orgId, { limit: PAGE, offset })).rows)
    const rows = keys.map((key) => [
      key.client_id,
      key.name,
      key.scopes.join(',') || '(none)',
      key.allowed_origins.join(',') || '(any site)',
      key.last_used_at ?? 'never',
    ])
    print(options.json, keys, table([['client_id', 'name', 'scopes', 'sites', 'last used'], ...rows]))
  })
}

async function rotate(clientId: string, options: Options & { graceSeconds: string }): Promise<void> {
  const rotation = checked(KeyRotation, { grace_seconds: Number(options.graceSeconds) })
  await withAppliance(async (appliance) => {
    const key = await appliance.keys.rotate(await callerIn(appliance, options), clientId, rotation)
    const { client_id, client_secret, previous_secret_until: until } = key
    const before = until === null ? '' : `The secret before is taken until ${until}.\n`
    print(
      options.json,
      { client_id, client_secret, previous_secret_until: until },
      `${credentialsText(key)}${before}`,
    )
  })
}

async function revoke(clientId: string, options: Options): Promise<void> {
  await withAppliance(async (appliance) => {
    await appliance.keys.remove(await callerIn(appliance, options), clientId)
    print(
      options.json,
      { client_id: clientId, revoked: true },
      `${clientId} is revoked: its secret and its widget tokens have ended.\n`,
    )
  })
}

/** Whoever may open the data may do everything in any organization. */
async function callerIn({ operatorIn, organizations, orgId }: OpenAppliance, { organization }: Options) {
  const id = organization ?? orgId
  if (!(await organizations.exists(id))) {
    throw new AppError(
      'not_found',
      `There is no organization "${id}"; "organizations list" shows those there are.`,
    )
  }
  return operatorIn(id)
}

function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** A client's credentials, for the one time they are shown. */
export function credentialsText(key: { client_id: string; client_secret: string }): string {
  return `X-API-Key: ${key.client_id}\nX-API-Secret: ${key.client_secret}\nThe secret is shown this once: keep it.\n`
}
