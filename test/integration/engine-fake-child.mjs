import { appendFileSync, readFileSync } from 'node:fs'

/*
 * An inference child that follows a script instead of a model. The script is written into the "model file"
 * behind its header, one entry for each life of the process (the last entry goes for all further lives).
 */

let life = { load: 'ready', reply: 'answer' }
let current
const says = (message) => process.send(message)

function load({ modelFile }) {
  appendFileSync(`${modelFile}.lives`, `${process.pid}\n`)
  const bornAs = readFileSync(`${modelFile}.lives`, 'utf8').trim().split('\n').length - 1
  const lives = JSON.parse(readFileSync(modelFile).subarray(8).toString('utf8').split('\0')[0])
  life = { ...life, ...(lives[bornAs] ?? lives.at(-1)) }
  if (life.load === 'crash') process.abort()
  if (life.load === 'fail') says({ type: 'load_failed', detail: 'Unknown architecture.' })
  if (life.load === 'garbage') says({ type: 'ready', device: 'abacus' })
  if (life.load === 'ready') says({ type: 'ready', device: 'cpu', contextTokens: 512 })
}

function generate({ id, messages }) {
  current = id
  if (life.reply === 'crash') process.abort()
  if (life.reply === 'hang') return
  says({ type: 'accepted', id })
  if (life.reply === 'crash after acceptance') process.abort()
  if (life.reply === 'environment') says({ type: 'token', id, text: JSON.stringify(process.env) })
  else says({ type: 'token', id, text: `pid ${process.pid}: ` })
  // The parent must have the token before the process dies.
  if (life.reply === 'crash after token') setTimeout(() => process.abort(), 100)
  else if (life.reply !== 'endless') {
    says({ type: 'token', id, text: messages.at(-1).content })
    says({
      type: 'end',
      id,
      reason: 'stop',
      usage: { promptTokens: 3, cachedTokens: 1, completionTokens: 2 },
    })
  }
}

process.on('message', (message) => {
  if (message.type === 'load') load(message)
  if (message.type === 'generate') generate(message)
  if (message.type === 'abort' && message.id === current) says({ type: 'aborted', id: message.id })
  if (message.type === 'ping' && life.deaf !== true) says({ type: 'pong' })
  if (message.type === 'close' && life.stubborn !== true) process.exit(0)
})
process.on('disconnect', () => process.exit(0))
