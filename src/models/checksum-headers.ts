/**
 * The SHA-256 a server announces for a file, in hexadecimal; undefined when it does not.
 * Known: Hugging Face (`X-Linked-ETag`), Artifactory and Nexus (`X-Checksum-Sha256`), `Repr-Digest` (RFC 9530),
 * `Digest` (RFC 3230), and an ETag that is a SHA-256.
 */
export function announcedHash(headers: Headers): string | undefined {
  const names = ['x-linked-etag', 'x-checksum-sha256', 'etag']
  const plain = names.map((name) => asHex(headers.get(name))).find((hash) => hash !== undefined)
  return plain ?? digest(headers.get('repr-digest') ?? headers.get('digest'))
}

function asHex(value: string | null): string | undefined {
  return /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(value?.trim() ?? '')?.[1]?.toLowerCase()
}

function digest(value: string | null): string | undefined {
  const [, base64] = /(?:^|[\s,])sha-256=:?([A-Za-z0-9+/]{43}=)/i.exec(value ?? '') ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex')
}
