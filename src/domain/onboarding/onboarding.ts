import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { NewAssistant } from '../../contract/assistants.js'
import type { Database, Executor } from '../../store/database.js'
import { jobStore } from '../../store/jobs.js'
import type { OrganizationStore } from '../../store/organizations.js'
import type { SettingStore } from '../../store/settings.js'
import { sourceStore } from '../../store/sources.js'
import type { Assistants } from '../assistants/assistants.js'
import type { Clients, NewCredentials } from '../auth/clients.js'

/** The setting that holds a FirstStart. */
export const FIRST_START = 'first_start'

/** What the first start has made: the page's organization, client and assistant. */
export const FirstStart = z.object({ orgId: z.string(), clientId: z.string(), assistantId: z.string() })

export type FirstStart = z.infer<typeof FirstStart>

export interface OnboardingParts {
  db: Database['db']
  organizations: OrganizationStore
  clients: Clients
  assistants: Assistants
  settings: SettingStore
  uploadsDir: string
  /** Folder with one folder of Markdown files per language: Guichet's own user documentation. */
  guideDir: string
}

/** Makes an empty appliance usable: an organization, its first client, and an assistant that knows Guichet. */
export class Onboarding {
  constructor(private readonly parts: OnboardingParts) {}

  /** What the first start made, or undefined before it. */
  async made(): Promise<FirstStart | undefined> {
    const value = await this.parts.settings.get(FIRST_START)
    return value === undefined ? undefined : FirstStart.parse(value)
  }

  /** Runs once in an appliance's life; the credentials are told here and never again. All of it happens, or nothing. */
  async run(given?: NewCredentials): Promise<{ made: FirstStart; credentials: NewCredentials }> {
    const guides = await this.copyGuides()
    return this.parts.db.transaction().execute(async (tx) => {
      const org = {
        id: randomUUID(),
        name: 'Default',
        requests_per_hour: null,
        created_at: new Date().toISOString(),
      }
      await this.parts.organizations.create(org, tx)
      const credentials = await this.parts.clients.create(
        org.id,
        { name: 'First client', credentials: given },
        tx,
      )
      const assistant = await this.parts.assistants.create(
        org.id,
        NewAssistant.parse({
          name: 'Guichet',
          description: 'Knows how Guichet is used. / Connaît l’utilisation de Guichet.',
          tone: 'friendly',
          language: 'en',
          default_tasks: ['answer_questions'],
        }),
        tx,
      )
      await storeGuides(tx, guides, org.id, assistant.id)
      const made = { orgId: org.id, clientId: credentials.clientId, assistantId: assistant.id }
      await this.parts.settings.set(FIRST_START, made, tx)
      return { made, credentials }
    })
  }

  private async copyGuides(): Promise<Guide[]> {
    await mkdir(this.parts.uploadsDir, { recursive: true })
    const entries = await readdir(this.parts.guideDir, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    return Promise.all(
      files.map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        const content = await readFile(path)
        const storedFile = randomUUID()
        await copyFile(path, join(this.parts.uploadsDir, storedFile))
        return {
          fileName: entry.name,
          title: /^# +(.+)$/m.exec(content.toString('utf8'))?.[1]?.trim() ?? entry.name,
          bytes: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
          storedFile,
        }
      }),
    )
  }
}

interface Guide {
  fileName: string
  title: string
  bytes: number
  sha256: string
  storedFile: string
}

/** The documentation belongs to this assistant alone: nobody else's search finds it. */
async function storeGuides(tx: Executor, guides: Guide[], orgId: string, assistantId: string): Promise<void> {
  for (const guide of guides) {
    const source = await sourceStore(tx).create({
      ...guide,
      orgId,
      type: 'file',
      fileType: 'md',
      origin: 'guichet',
      assistantIds: [assistantId],
    })
    await jobStore(tx).enqueue({
      sourceId: source.id,
      orgId,
      task: 'ingest',
      stage: 'extract',
      background: true,
    })
  }
}
