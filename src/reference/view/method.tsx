/** The badge of an HTTP method. */
export function Method({ name, small = false }: { name: string; small?: boolean }) {
  const short = small && name === 'DELETE' ? 'DEL' : name
  return <span class={`method method--${name.toLowerCase()}${small ? ' method--small' : ''}`}>{short}</span>
}
