import { lookup } from 'node:dns'
import { inServer } from './once.mjs'

if (inServer) lookup('updates.example.com', () => undefined)
