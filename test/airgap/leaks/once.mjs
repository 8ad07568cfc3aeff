// A preload that leaks is loaded into every Node of `npm start`; it shall leak in the server alone, and once.
import { isMainThread } from 'node:worker_threads'

/** Whether this is the server's own main thread. */
export const inServer = isMainThread && process.argv[1]?.endsWith('start.mjs') === true
