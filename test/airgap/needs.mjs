// What a sealed room takes of a machine. Plain JavaScript on Node's own modules: `npm test` asks before it runs the tier.
import { spawnSync } from 'node:child_process'

/** Makes namespaces of its own for network, mounts and processes; whoever is not root becomes it in there. */
export const UNSHARE = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
]

/** Records every way in which a program can name an address, and the end of every process. */
export const STRACE = [
  ...['strace', '-f', '-q', '-v', '--decode-pids=comm', '--seccomp-bpf'],
  ...['-e', 'trace=connect,sendto,sendmsg,sendmmsg,bind,accept,accept4'],
]

/**
 * Why no sealed room can be made here.
 * @returns {string | undefined} what is missing, as the end of a sentence; undefined when nothing is
 */
export function missingForRooms() {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s'
  for (const tool of ['unshare', 'ip', 'mount', 'strace']) {
    if (spawnSync(tool, ['--help'], { stdio: 'ignore' }).error) return `"${tool}" is not installed`
  }
  if (!works([...UNSHARE, 'ip', 'link', 'set', 'lo', 'up']))
    return 'this user may not make namespaces (unshare is refused)'
  if (!works([...UNSHARE, ...STRACE, '-o', '/dev/null', 'true']))
    return 'strace may not trace here (ptrace is refused, or it is older than 5.16)'
  return undefined
}

/** @param {string[]} command */
function works([file = '', ...args]) {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0
}
