// Starts the appliance; what is needed is in this folder already. `./start` looks for Node and runs this.
import { prepare } from './launch.mjs'

prepare()
// @NOTE in this process, so that the signals of a terminal or a service manager reach the server itself.
await import('./dist/src/main.js')
