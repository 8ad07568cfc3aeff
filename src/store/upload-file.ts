import { join } from 'node:path'

/** How uploads are called: 128 random bits in hex, or a UUID. Whatever else lies there is not ours. */
const UPLOAD_NAME = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Whether an upload can be called so: such a name leads nowhere but into the folder it is looked up in. */
export function isUploadName(name: string): boolean {
  return UPLOAD_NAME.test(name)
}

/**
 * Where an upload lies. The one place that makes a path of a name that was stored: a row that was tampered with may
 * say anything.
 * @returns undefined when no upload is called so, and the file is to be treated as lost.
 */
export function uploadPath(uploadsDir: string, name: string): string | undefined {
  return isUploadName(name) ? join(uploadsDir, name) : undefined
}
