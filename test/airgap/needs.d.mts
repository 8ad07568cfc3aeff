/** The command that makes a room's namespaces, up to the program that runs in them. */
export const UNSHARE: readonly string[]
/** The command that records, up to `-o FILE PROGRAM…`. */
export const STRACE: readonly string[]
/** Why no sealed room can be made here, as the end of a sentence; undefined when nothing is missing. */
export function missingForRooms(): string | undefined
