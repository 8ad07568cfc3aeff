import { Worker } from 'node:worker_threads'
import { inServer } from './once.mjs'

if (inServer) new Worker(new URL('./datagram.mjs', import.meta.url), { execArgv: [], env: {} })
