/** What requests are sent with. */
export type Credentials =
  /** A server's keys. They must never reach a browser. */
  | { clientId: string; clientSecret: string }
  /** A browser: the public client id alone; tokens are fetched and renewed. */
  | { clientId: string; userToken?: string; embedOrigin?: string }
  /** A widget token of somebody else's making. */
  | { token: string }
  /** Headers of one's own, or none for what is public. */
  | { headers?: Record<string, string> }

/** A widget token is renewed this long before its end. */
const MARGIN_MS = 60_000

/** Gets a widget token: `{ token, expires_in }`. */
export type FetchToken = (
  body: object,
  headers: Record<string, string>,
) => Promise<{ token: string; expires_in: number }>

/** The headers that requests prove themselves with; fetches widget tokens when they are needed, one at a time. */
export class Authorization {
  #token: { value: string; until: number } | undefined
  #fetching: Promise<string> | undefined

  constructor(
    private readonly credentials: Credentials,
    private readonly fetchToken: FetchToken,
  ) {}

  /** Whether new headers may succeed where the last ones were refused. */
  get renewable(): boolean {
    return 'clientId' in this.credentials && !('clientSecret' in this.credentials)
  }

  /** @throws what fetching a token fails with. */
  async headers(): Promise<Record<string, string>> {
    const { credentials } = this
    if ('clientSecret' in credentials)
      return { 'X-API-Key': credentials.clientId, 'X-API-Secret': credentials.clientSecret }
    if ('token' in credentials) return { Authorization: `Bearer ${credentials.token}` }
    if ('clientId' in credentials) return { Authorization: `Bearer ${await this.#current(credentials)}` }
    return credentials.headers ?? {}
  }

  /** The token was refused: the next headers hold another. */
  discard(): void {
    this.#token = undefined
  }

  async #current(client: { clientId: string; userToken?: string; embedOrigin?: string }): Promise<string> {
    if (this.#token !== undefined && this.#token.until > Date.now()) return this.#token.value
    this.#fetching ??= this.#renew(client).finally(() => (this.#fetching = undefined))
    return this.#fetching
  }

  async #renew(client: { clientId: string; userToken?: string; embedOrigin?: string }): Promise<string> {
    const body = { client_id: client.clientId, ...(client.userToken && { user_token: client.userToken }) }
    const headers: Record<string, string> = client.embedOrigin ? { 'X-Embed-Origin': client.embedOrigin } : {}
    const { token, expires_in: seconds } = await this.fetchToken(body, headers)
    this.#token = { value: token, until: Date.now() + seconds * 1000 - MARGIN_MS }
    return token
  }
}
