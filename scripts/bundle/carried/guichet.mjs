// The command line of this bundle: `./guichet --help`.
import { prepare } from './launch.mjs'

// Paths are meant from where the person is, whoever runs us.
delete process.env['INIT_CWD']
// Checking a bundle needs nothing that is compiled, and must work where this one cannot be started.
if (process.argv[2] !== 'bundle') prepare()
await import('./dist/src/cli/main.js')
