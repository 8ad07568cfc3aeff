import PostalMime, { type Address } from 'postal-mime'
import { ExtractionError, type Extraction } from './extraction.js'
import { messageExtraction } from './mail-blocks.js'

const MAX_NESTING = 20

/**
 * An e-mail (RFC 5322, MIME): its subject, who wrote to whom and when, its text, and the names of what is attached.
 * @throws ExtractionError when it is nested too deeply or is no message.
 */
export async function extractMail(bytes: Uint8Array): Promise<Extraction> {
  try {
    const mail = await PostalMime.parse(bytes, { maxNestingDepth: MAX_NESTING })
    return messageExtraction({
      mediaType: 'message/rfc822',
      subject: mail.subject,
      from: mail.from && people([mail.from]),
      to: mail.to && people(mail.to),
      cc: mail.cc && people(mail.cc),
      date: mail.date,
      html: mail.html,
      text: mail.text,
      attachments: mail.attachments
        .filter(({ related }) => related !== true)
        .map(({ filename }) => filename ?? ''),
    })
  } catch (error) {
    if (error instanceof ExtractionError) throw error
    throw new ExtractionError('The e-mail is damaged or nested too deeply and cannot be read.', {
      cause: error,
    })
  }
}

function people(addresses: Address[]): string {
  return addresses
    .map(({ name, address, group }) => {
      if (group !== undefined) return `${name}: ${people(group)}`
      return name && address ? `${name} <${address}>` : name || address
    })
    .join(', ')
}
