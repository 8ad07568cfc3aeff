import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mockAppliance, type MockState } from './mock-appliance.js'

/** An appliance with its page, for a browser. */
export interface PageAppliance {
  origin: string
  /** Opening it once makes the browser the operator's. */
  operatorLink: string
  /** The mock's memory and switches. */
  state: MockState
  close: () => Promise<void>
}

/** Starts an appliance on a free port. */
export async function startAppliance(): Promise<PageAppliance> {
  const { server, state } = mockAppliance()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  return {
    origin,
    operatorLink: `${origin}/operator`,
    state,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
