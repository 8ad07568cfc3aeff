const KNOWN =
  /^(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|delivered-to|reply-to|content-type|sender|in-reply-to|references|x-[\w-]+|dkim-signature|arc-[\w-]+|authentication-results)\s*:/i
/** Only a message says these of itself; a text may well begin with "From:" and "To:". */
const TELLING =
  /^(?:received|return-path|message-id|mime-version|delivered-to|dkim-signature|content-type|x-[\w-]+)\s*:/i

/** Whether a file begins with the headers of an e-mail (RFC 5322). */
export function looksLikeMail(head: string): boolean {
  const lines = head.replace(/^(?:\xEF\xBB\xBF)?(?:From .*\r?\n)?/, '').split(/\r?\n/)
  const end = lines.indexOf('')
  const headers = (end < 0 ? lines.slice(0, -1) : lines.slice(0, end)).filter((line) => !/^[ \t]/.test(line))
  const [first = ''] = headers
  if (!/^[A-Za-z][\w-]*:/.test(first) || !headers.every((line) => /^[\w-]+\s*:/.test(line))) return false
  const known = headers.filter((line) => KNOWN.test(line)).length
  return known >= 3 && headers.some((line) => TELLING.test(line))
}
