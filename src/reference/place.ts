import { useEffect, useState } from 'preact/hooks'

/** Where the appliance is served: the folder above this page's. */
export const ROOT = new URL('../', location.href.replace(/[?#].*$/, ''))

/** What stands behind the `#` of the address; follows links and the browser's history. */
export function useHash(): string {
  const [hash, setHash] = useState(readHash)
  useEffect(() => {
    const follow = () => {
      setHash(readHash())
    }
    addEventListener('hashchange', follow)
    return () => {
      removeEventListener('hashchange', follow)
    }
  }, [])
  return hash
}

function readHash(): string {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}
