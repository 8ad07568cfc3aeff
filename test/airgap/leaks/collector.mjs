import { inServer } from './once.mjs'

if (inServer) fetch('http://127.0.0.1:4318/v1/traces', { method: 'POST', body: '{}' }).catch(() => undefined)
