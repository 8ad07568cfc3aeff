/**
 * Who asks, and in which organization.
 * key: a server with client id and secret; widget: a browser with a widget token, which proves little,
 * because the client id it was made from is public; operator: the person who runs the appliance, at its own page.
 */
export interface Caller {
  kind: 'key' | 'widget' | 'operator'
  orgId: string
  clientId: string
}
