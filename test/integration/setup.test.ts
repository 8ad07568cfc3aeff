import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url))

// Stands in for npm: notes how it was called, and installs a compiler that "compiles" by writing main.js.
const NPM = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync('calls.txt', 'npm ' + process.argv.slice(2).join(' ') + '\\n')
appendFileSync('nodedir.txt', (process.env.npm_config_nodedir ?? 'unset') + '\\n')
if (process.env.FAIL_WITH) {
  console.error(process.env.FAIL_WITH)
  process.exit(1)
}
mkdirSync('node_modules/typescript/bin', { recursive: true })
writeFileSync('node_modules/typescript/bin/tsc', ${JSON.stringify(`
const fs = require('node:fs')
fs.appendFileSync('calls.txt', 'tsc\\n')
fs.mkdirSync('dist/src', { recursive: true })
fs.writeFileSync('dist/src/main.js', 'console.log("started with " + process.env.FROM_FILE)')
fs.mkdirSync('dist/src/cli', { recursive: true })
fs.writeFileSync('dist/src/cli/main.js', 'console.log("in " + process.cwd())')
`)})
`

describe('npm start', () => {
  let project: string

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'guichet-setup-'))
    cpSync(SCRIPTS, join(project, 'scripts'), { recursive: true })
    write('npm/npm-cli.js', NPM)
    write('package.json', '{ "type": "module" }')
    write('package-lock.json', '{ "packages": { "": {} } }')
    write('src/main.ts', 'one')
    write('src/cli/main.ts', 'one')
  })
  afterEach(() => rmSync(project, { recursive: true, force: true }))

  function write(path: string, text: string) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }

  function start(env: NodeJS.ProcessEnv = {}) {
    return run('start.mjs', project, env)
  }

  function run(script: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
    const { npm_config_nodedir: _nodedir, ...inherited } = process.env
    return spawnSync(process.execPath, [join(project, 'scripts', script)], {
      cwd,
      encoding: 'utf8',
      env: { ...inherited, npm_execpath: join(project, 'npm/npm-cli.js'), ...env },
    })
  }

  function calls() {
    const text = readFileSync(join(project, 'calls.txt'), 'utf8')
    writeFileSync(join(project, 'calls.txt'), '')
    return text.split('\n').filter(Boolean)
  }

  it('installs from the lock file, builds, and starts', () => {
    const { stdout, status } = start()
    expect(status).toBe(0)
    expect(stdout).toContain('started')
    expect(calls()).toEqual([expect.stringMatching(/^npm ci .*--include=dev/), 'tsc'])
  })

  it('does neither again when all is in place', () => {
    start()
    calls()
    expect(start().stdout).toContain('started')
    expect(calls()).toEqual([])
  })

  it('builds again when a source has changed', () => {
    start()
    calls()
    write('src/main.ts', 'two')
    start()
    expect(calls()).toEqual(['tsc'])
  })

  it('installs again when the lock file has changed', () => {
    start()
    calls()
    write('package-lock.json', '{ "packages": { "": {}, "node_modules/new": { "version": "1.0.0" } } }')
    start()
    expect(calls()[0]).toMatch(/^npm ci/)
  })

  it('removes what was built from a source that is gone', () => {
    write('src/old.ts', '')
    start()
    write('dist/src/old.js', '')
    rmSync(join(project, 'src/old.ts'))
    start()
    expect(existsSync(join(project, 'dist/src/old.js'))).toBe(false)
    expect(existsSync(join(project, 'dist/src/main.js'))).toBe(true)
  })

  it('reads .env, and lets the environment win', () => {
    write('.env', 'FROM_FILE=the file\n')
    expect(start().stdout).toContain('started with the file')
    expect(start({ FROM_FILE: 'outside' }).stdout).toContain('started with outside')
  })

  it('works in its own folder wherever the command line is called from', () => {
    expect(run('guichet.mjs', tmpdir()).stdout.trim()).toBe(`in ${realpathSync(project)}`)
  })

  it('names the missing compiler in one sentence', () => {
    const failed = start({ PATH: '/nowhere', FAIL_WITH: 'npm error gyp ERR! find Python' })
    expect(failed.status).toBe(1)
    const last = failed.stderr.trim().split('\n').at(-1)
    expect(last).toMatch(
      /^better-sqlite3 must be compiled here and a C\+\+ compiler and make and python3 are missing/,
    )
  })

  it('does not take a failed install for a finished one', () => {
    start({ FAIL_WITH: 'npm error network' })
    calls()
    start()
    expect(calls()[0]).toMatch(/^npm ci/)
  })

  it("compiles against the running Node's own headers, unless told otherwise", () => {
    start({ npm_config_nodedir: '/elsewhere' })
    expect(readFileSync(join(project, 'nodedir.txt'), 'utf8').trim()).toBe('/elsewhere')
  })
})
