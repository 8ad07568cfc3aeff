import { request as plain, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as secure } from 'node:https'
import type { LookupFunction } from 'node:net'
import { ExtractionError } from '../extract/extraction.js'
import { hostOf, type Address } from './resolve.js'

/** Longest waits, in milliseconds, each from the moment a request begins. */
export interface RequestLimits {
  /** For the connection, TLS included. */
  connectMs: number
  /** For the head of the answer. */
  headersMs: number
}

/**
 * Sends one GET to one of these addresses and to no other, following no redirect.
 * @throws ExtractionError saying why there is no answer; the signal's reason once that is aborted.
 */
export async function get(
  url: URL,
  addresses: readonly Address[],
  headers: Record<string, string>,
  limits: RequestLimits,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = hostOf(url)
  const send = url.protocol === 'https:' ? secure : plain
  const request = send(url, {
    headers,
    signal,
    // A connection of its own, which nobody had before and nobody gets after.
    agent: false,
    lookup: pinned(addresses),
  })
  // @NOTE without a listener, what goes wrong after the head of the answer would end the process; the body tells it too.
  request.on('error', () => undefined)
  const answering = failAfter(
    request,
    limits.headersMs,
    `${host} took longer than ${seconds(limits.headersMs)} to answer.`,
  )
  const connecting = failAfter(
    request,
    limits.connectMs,
    `${host} could not be connected to within ${seconds(limits.connectMs)}.`,
  )
  request.once('socket', (socket) => {
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(connecting)
    })
  })
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', reject)
      request.end()
    })
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ExtractionError ? error : unreachable(host, error)
  } finally {
    for (const timer of [answering, connecting]) clearTimeout(timer)
  }
}

/** In place of asking for the addresses again, which could be others now. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses
    if (options.all === true) done(null, [...addresses])
    else if (first === undefined) done(new Error('There is no address.'), '', 4)
    else done(null, first.address, first.family)
  }
}

function failAfter(request: ClientRequest, ms: number, sentence: string): NodeJS.Timeout {
  return setTimeout(() => request.destroy(new ExtractionError(sentence)), ms)
}

function seconds(ms: number): string {
  return `${String(Math.ceil(ms / 1000))} s`
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it broke the connection off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  EPROTO: 'it speaks no TLS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is another host’s',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it does not send the certificates between its own and an authority’s',
  HPE_HEADER_OVERFLOW: 'the head of its answer is too large',
}

function unreachable(host: string, error: unknown): ExtractionError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason =
    REASONS[code] ??
    (/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(code)
      ? 'its certificate is not trusted'
      : /SSL|TLS/.test(code)
        ? 'it speaks no TLS that can be agreed on'
        : code.startsWith('HPE_')
          ? 'it does not answer in HTTP'
          : `the connection failed${code === '' ? '' : ` (${code})`}`)
  return new ExtractionError(`${host} cannot be reached: ${reason}.`, { cause: error })
}
