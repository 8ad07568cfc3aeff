import type { Command } from 'commander'
import { z } from 'zod'
import { filledText } from '../contract/common.js'
import { AppError } from '../errors.js'
import type { OrganizationRow } from '../store/organizations.js'
import { credentialsText } from './keys.js'
import { withAppliance } from './open-appliance.js'
import { checked, print, table } from './output.js'

const MAX_REQUESTS = 1_000_000_000
const CONFIGURED = 'default'

const Wish = z.object({
  name: filledText(200),
  requests_per_hour: z.union(
    [
      z.literal(CONFIGURED).transform(() => null),
      z
        .string()
        .regex(/^\d+$/, 'must be a whole number, 0 for no limit, or "default"')
        .transform(Number)
        .refine((value) => value <= MAX_REQUESTS, `must be at most ${String(MAX_REQUESTS)}`),
    ],
    'must be a whole number, 0 for no limit, or "default"',
  ),
})

/** Adds `guichet organizations list`, `create` and `limit`. */
export function registerOrganizations(program: Command): void {
  const organizations = program
    .command('organizations')
    .description('the organizations of this appliance, which see nothing of each other')
  organizations
    .command('list')
    .description('every organization and its requests per hour')
    .option('--json', 'for programs')
    .action(list)
  organizations
    .command('create')
    .description('makes an organization with a first client, whose secret is shown now and never again')
    .requiredOption('--name <name>', 'what it is called')
    .option(
      '--requests-per-hour <number>',
      'its own limit; 0 = none, "default" = RATE_LIMIT_PER_HOUR',
      CONFIGURED,
    )
    .option('--json', 'for programs')
    .action(create)
  organizations
    .command('limit')
    .description('sets how many requests an organization may send in an hour')
    .argument('<organization>', 'its id')
    .argument('<requests>', 'a number; 0 = no limit, "default" = RATE_LIMIT_PER_HOUR')
    .option('--json', 'for programs')
    .action(limit)
}

async function list({ json }: { json?: true }): Promise<void> {
  await withAppliance(async ({ organizations }) => {
    const rows = await organizations.list()
    const lines = rows.map((row) => [row.id, row.name, limitText(row), row.created_at])
    print(json, rows, table([['id', 'name', 'requests per hour', 'created'], ...lines]))
  })
}

async function create(options: { name: string; requestsPerHour: string; json?: true }): Promise<void> {
  const wish = checked(Wish, { name: options.name, requests_per_hour: options.requestsPerHour })
  await withAppliance(async ({ organizations }) => {
    const { organization, credentials } = await organizations.create(wish.name, wish.requests_per_hour)
    const key = { client_id: credentials.clientId, client_secret: credentials.clientSecret }
    print(
      options.json,
      { ...organization, ...key },
      `Organization: ${organization.id}\n${credentialsText(key)}`,
    )
  })
}

async function limit(id: string, requests: string, { json }: { json?: true }): Promise<void> {
  const { requests_per_hour: perHour } = checked(
    Wish.pick({ requests_per_hour: true }),
    { requests_per_hour: requests },
    { requests_per_hour: 'the number of requests' },
  )
  await withAppliance(async ({ organizations }) => {
    const row = await organizations.limit(id, perHour)
    if (row === undefined) {
      throw new AppError(
        'not_found',
        `There is no organization "${id}"; "organizations list" shows those there are.`,
      )
    }
    print(json, row, `${row.name}: ${limitText(row)} requests per hour, from now on.\n`)
  })
}

function limitText({ requests_per_hour: perHour }: OrganizationRow): string {
  if (perHour === null) return 'default'
  return perHour === 0 ? 'unlimited' : String(perHour)
}
