import { pino, type Logger } from 'pino'

export type { Logger }

/**
 * The process's logger: JSON lines on stderr, so that stdout stays free for what a person reads.
 * On a terminal the lines are made readable instead.
 */
export function createLogger(level: string, pretty = process.stderr.isTTY): Logger {
  const options = {
    level,
    base: null,
    redact: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["x-api-secret"]'],
  }
  if (pretty) {
    return pino({
      ...options,
      transport: {
        target: 'pino-pretty',
        options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
      },
    })
  }
  return pino(options, pino.destination(2))
}
