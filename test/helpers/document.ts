import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { openApiDocument } from '#src/contract/openapi.js'
import { OPERATIONS } from '#src/contract/operations.js'

interface Content {
  content: Record<string, { schema: object }>
}
interface DescribedOperation {
  responses: Record<string, Content>
}

const document = openApiDocument('test', 'en')
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'document', ...document })
const validators = new Map<string, ValidateFunction>()

const routes = OPERATIONS.flatMap((operation) =>
  [operation.path, ...(operation.aliases ?? [])].map((path) => ({
    operation,
    pattern: new RegExp(
      `^${path
        .replace(/[.]/g, '\\.')
        .replace(/\{\w+\}/g, '[^/]+')
        .replace(/\/$/, '')}/?$`,
      'i',
    ),
  })),
)

/** The operation behind a request, as the reference knows it; names in paths go before parameters. */
export function operationFor(method: string, url: string) {
  const { pathname } = new URL(url)
  return routes
    .filter(({ operation }) => operation.method === method.toLowerCase())
    .filter(({ pattern }) => pattern.test(pathname))
    .sort((a, b) => params(a.operation.path) - params(b.operation.path))[0]?.operation
}

function params(path: string): number {
  return path.split('{').length
}

/**
 * Holds a JSON answer to what the reference says of it. What is no operation (a preflight, a page) is left alone, and so are
 * answers of other kinds.
 * @throws Error naming the operation, the status and what does not fit.
 */
export function checkAgainstDocument(method: string, url: string, status: number, body: unknown): void {
  const operation = operationFor(method, url)
  if (operation === undefined || typeof body !== 'object' || body === null) return
  const described = (document.paths[operation.path] as Record<string, DescribedOperation>)[operation.method]
  const name = String(status) in (described?.responses ?? {}) ? String(status) : 'default'
  if (status < 400 && name === 'default')
    throw new Error(`${operation.id} answered ${String(status)}, which the reference does not know.`)
  const pointer = [
    'paths',
    operation.path,
    operation.method,
    'responses',
    name,
    'content',
    'application/json',
    'schema',
  ]
  const ref = `document#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
  const validate = validators.get(ref) ?? ajv.compile({ $ref: ref })
  validators.set(ref, validate)
  if (validate(body)) return
  throw new Error(
    `${operation.id} answered ${String(status)} unlike its reference: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body).slice(0, 2000)}`,
  )
}
