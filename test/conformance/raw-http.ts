import { connect } from 'node:net'

/** How long an answer, or the end of a connection, is waited for. */
const LIMIT_MS = 10_000

/**
 * Writes bytes to a server as they are and reads until it closes the connection, or until `enough` has come.
 * @throws when neither happens in ten seconds: the request hangs.
 */
export function rawExchange(
  origin: string,
  pieces: (string | Buffer)[],
  enough: (text: string) => boolean = () => false,
): Promise<string> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    const timer = setTimeout(() => {
      socket.destroy()
      reject(
        new Error(`No end within ${String(LIMIT_MS / 1000)} s: ${JSON.stringify([pieces.join(''), text])}`),
      )
    }, LIMIT_MS)
    socket.setEncoding('utf8')
    socket.on('data', (more: string) => {
      text += more
      if (enough(text)) socket.destroy()
    })
    // A connection that is reset has ended too.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece)
    })
  })
}

/** Sends the beginning of a request and cuts the connection. */
export function cutOff(origin: string, beginning: string): Promise<void> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve()
    })
    socket.on('connect', () => {
      socket.write(beginning, () => socket.resetAndDestroy())
    })
  })
}

/** Sends the beginning of a request, and keeps the connection until it is told to let it go. */
export function holdOpen(origin: string, beginning: string): Promise<() => void> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', reject)
    socket.on('connect', () => {
      socket.write(beginning, () => {
        resolve(() => {
          socket.destroy()
        })
      })
    })
  })
}

/** One answer as it came over the wire. */
export interface RawAnswer {
  status: number
  body: string
}

/** The answers in what came over one connection; chunked bodies are left out. */
export function answersIn(text: string): RawAnswer[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})[^\r]*\r\n(?:[^\r]+\r\n)*\r\n(\{[^\n]*\})?/g)].map(
    ([, status, body]) => ({ status: Number(status), body: body ?? '' }),
  )
}
