import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { inServer } from './once.mjs'

const script = fileURLToPath(new URL('./datagram.mjs', import.meta.url))
if (inServer) spawn(process.execPath, [script], { env: {}, stdio: 'ignore' })
