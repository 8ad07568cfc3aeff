import type { z } from 'zod'
import type { Answer, Answers, Operation } from '../contract/operation.js'

// Everything here is erased: the client depends on nothing at run time.

/** What its path names. */
export type Params<O> = O extends Operation<infer P, infer _Q, infer _B, infer _A> ? z.input<P> : never

/** What is asked in the query of an operation. */
export type Query<O> = O extends Operation<infer _P, infer Q, infer _B, infer _A> ? z.input<Q> : never

/** What is sent as the body of an operation. */
export type Body<O> = O extends Operation<infer _P, infer _Q, infer B, infer _A> ? z.input<B> : never

type DataOf<A> = { [S in keyof A]: A[S] extends Answer<infer T> ? z.output<T> : never }[keyof A]

/** `data` of an operation's answer, or its whole body where there is no envelope. */
export type Data<O> = O extends { answers: infer A extends Answers } ? DataOf<A> : never
