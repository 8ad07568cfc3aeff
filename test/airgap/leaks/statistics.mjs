import { createSocket } from 'node:dgram'
import { inServer } from './once.mjs'

if (inServer) {
  const socket = createSocket('udp4')
  socket.send('started:1|c', 8125, '127.0.0.1', () => socket.close())
}
