import { inServer } from './once.mjs'

if (inServer) fetch('http://192.0.2.1/').catch(() => undefined)
