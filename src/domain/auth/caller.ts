/**
 * Who asks, and in which organization.
 * key: a server with client id and secret; widget: a browser with a widget token, which proves little,
 * because the client id it was made from is public; operator: the person who runs the appliance, at its own page.
 */
export interface Caller {
  kind: 'key' | 'widget' | 'operator'
  orgId: string
  clientId: string
  /** What a key may do: `*`, or scopes such as `knowledge:write`. */
  scopes: readonly string[]
  /** The only assistants the client may use; empty = all of the organization's. */
  assistantIds: readonly string[]
  /** Of a widget token: what tells it from others of the same client. */
  tokenId: string | null
  /** Of a widget token that was handed a `user_token`: the customer it speaks for. */
  customerId: string | null
}

/** The operator acting in an organization: may do all that a key may. */
export function operatorCaller(orgId: string, clientId: string): Caller {
  return {
    kind: 'operator',
    orgId,
    clientId,
    scopes: ['*'],
    assistantIds: [],
    tokenId: null,
    customerId: null,
  }
}

/** Whether the caller's client may use this assistant, if there is one of that id. */
export function mayUseAssistant({ assistantIds }: Pick<Caller, 'assistantIds'>, id: string): boolean {
  return assistantIds.length === 0 || assistantIds.includes(id)
}
