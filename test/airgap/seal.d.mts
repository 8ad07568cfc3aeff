import type { ListenOptions, NetConnectOpts, Server } from 'node:net'

/** Brings up loopback in fresh namespaces, and puts this machine's own resolvers out of reach. */
export function seal(folder: string): void
/** Whoever connects here talks to what listens there. Resolves once it listens. */
export function openHatch(here: ListenOptions, there: NetConnectOpts): Promise<Server>
