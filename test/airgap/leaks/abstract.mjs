import { connect } from 'node:net'
import { inServer } from './once.mjs'

if (inServer) connect({ path: '\0telemetry' }).on('error', () => undefined)
