import { createSocket } from 'node:dgram'

const socket = createSocket('udp6')
socket.send('here I am', 443, '2001:4860:4860::8888', () => socket.close())
