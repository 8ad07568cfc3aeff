import type { Call, CallOptions, Manner, Transport } from './transport.js'
import type { Body, Data, Params, Query } from './types.js'

type Ids<O> = [Params<O>] extends [never] ? [] : [id: string]
type Optional<T> = object extends T ? [input?: T] : [input: T]
type Input<O> = [Body<O>] extends [never] ? Optional<Query<O>> : Optional<Body<O>>
type Method<O, Given extends unknown[]> = (
  ...args: [...ids: Ids<O>, ...given: Given, options?: CallOptions]
) => Promise<Data<O>>

/** A chapter of the API: its endpoints as methods, typed by their declarations. */
export abstract class Resource {
  constructor(protected readonly transport: Transport) {}

  /** An endpoint that is asked by its query: `(id?, query?, options?)`. */
  protected read<O>(path: string, manner: Manner = {}): Method<O, Input<O>> {
    return (...args) => {
      const { ids, given, options } = sorted(path, args, true)
      return this.#answer<O>({ ...manner, method: 'GET', path: filled(path, ids), query: given, options })
    }
  }

  /** A POST whose answer the server keeps under a key, so that it may be repeated: `(id?, body, options?)`. */
  protected keyed<O>(path: string): Method<O, Input<O>> {
    return this.#send<O>('POST', path, { keyed: true })
  }

  /** A POST that happens as often as it is sent: `(id?, body, options?)`. */
  protected act<O>(path: string, manner: Manner = {}): Method<O, Input<O>> {
    return this.#send<O>('POST', path, manner)
  }

  /** An endpoint that changes what is there: `(id, body, options?)`. */
  protected write<O>(method: 'PUT' | 'PATCH', path: string): Method<O, Input<O>> {
    return this.#send<O>(method, path, {})
  }

  /** An endpoint that takes nothing but what its path names: `(id?, options?)`. */
  protected plain<O>(method: Call['method'], path: string, manner: Manner = {}): Method<O, []> {
    return (...args) => {
      const { ids, options } = sorted(path, args, false)
      return this.#answer<O>({ ...manner, method, path: filled(path, ids), options })
    }
  }

  #send<O>(method: Call['method'], path: string, manner: Manner): Method<O, Input<O>> {
    return (...args) => {
      const { ids, given, options } = sorted(path, args, true)
      return this.#answer<O>({ ...manner, method, path: filled(path, ids), body: given ?? {}, options })
    }
  }

  #answer<O>(call: Call): Promise<Data<O>> {
    return this.transport.answer<Data<O>>(call)
  }
}

/**
 * The path with its parameters' values in it.
 * @throws TypeError when one is missing.
 */
export function filled(path: string, ids: readonly string[]): string {
  let next = 0
  return path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const id: unknown = ids[next++]
    // @NOTE without it, the path is that of the list.
    if (typeof id !== 'string' || id === '') throw new TypeError(`${name} must be a text that is not empty.`)
    return encodeURIComponent(id)
  })
}

function sorted(path: string, args: readonly unknown[], takesInput: boolean) {
  const count = path.split('{').length - 1
  return {
    ids: args.slice(0, count) as string[],
    given: takesInput ? (args[count] as object | undefined) : undefined,
    options: args[count + (takesInput ? 1 : 0)] as CallOptions | undefined,
  }
}
