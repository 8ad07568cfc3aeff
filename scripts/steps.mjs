import { spawn } from 'node:child_process'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
/** Without a terminal, a long step says every so many seconds that it is still at work. */
const PLAIN_EVERY_SECONDS = 30

/** A step of the set-up that failed; `message` is for the person at the terminal, `output` what the tool said. */
export class StepError extends Error {
  name = 'StepError'

  /**
   * @param {string} message
   * @param {string} output
   */
  constructor(message, output = '') {
    super(message)
    this.output = output
  }
}

/**
 * Runs a command with its output kept back, showing only that it is at work and for how long.
 * @param {string} label what a person reads, without a full stop
 * @param {string[]} command
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} what the command printed
 * @throws {StepError} when it does not exit with 0; its `output` says why
 */
export async function runStep(label, [file = '', ...args], options) {
  const progress = startProgress(label)
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const release = passSignalsTo(child)
  let output = ''
  const keep = (/** @type {Buffer} */ chunk) => (output += chunk.toString())
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const failure = await outcome(child)
  release()
  progress.stop(failure === undefined)
  if (failure !== undefined) throw new StepError(`${label}: ${failure}.`, output.trim())
  return output
}

/**
 * Runs a command on this terminal.
 * @param {string[]} command
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<boolean>} whether it exited with 0
 */
export async function runVisibly([file = '', ...args], options) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
  const release = passSignalsTo(child)
  const failure = await outcome(child)
  release()
  return failure === undefined
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string | undefined>} why it failed; undefined when it did not
 */
function outcome(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`)
    })
  })
}

/**
 * Ends the child before this process when somebody stops us in the middle of a step.
 * @param {import('node:child_process').ChildProcess} child
 */
function passSignalsTo(child) {
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    child.once('close', () => process.exit(signal === 'SIGINT' ? 130 : 143))
    child.kill(signal)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

/** @param {string} label */
function startProgress(label) {
  const begun = Date.now()
  const seconds = () => Math.round((Date.now() - begun) / 1000)
  const { stderr } = process
  let ticks = 0
  if (!stderr.isTTY) stderr.write(`${label} …\n`)
  const timer = stderr.isTTY
    ? setInterval(() => {
        stderr.write(`\r${FRAMES[ticks++ % FRAMES.length]} ${label} … ${seconds()} s `)
      }, 100)
    : setInterval(() => stderr.write(`  … ${seconds()} s\n`), PLAIN_EVERY_SECONDS * 1000)
  return {
    /** @param {boolean} good */
    stop(good) {
      clearInterval(timer)
      if (stderr.isTTY) stderr.write(`\r\u001b[K${good ? '✓' : '✗'} ${label} (${seconds()} s)\n`)
      else stderr.write(`  ${good ? 'done' : 'failed'} after ${seconds()} s\n`)
    },
  }
}
