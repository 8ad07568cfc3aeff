/** What the page remembers. A browser that forbids storage only makes it forgetful, never broken. */
export interface Memory {
  get(key: string): string | null
  set(key: string, value: string): void
  remove(key: string): void
}

function guarded(open: () => Storage): Memory {
  const attempt = <T>(action: (storage: Storage) => T, otherwise: T): T => {
    try {
      return action(open())
    } catch {
      return otherwise
    }
  }
  return {
    get: (key) => attempt((storage) => storage.getItem(`guichet.${key}`), null),
    set: (key, value) => {
      attempt((storage) => {
        storage.setItem(`guichet.${key}`, value)
      }, undefined)
    },
    remove: (key) => {
      attempt((storage) => {
        storage.removeItem(`guichet.${key}`)
      }, undefined)
    },
  }
}

/** Survives the browser: the chosen language. */
export const lasting: Memory = guarded(() => localStorage)

/** Survives a reload of this tab: the conversation's keys. */
export const passing: Memory = guarded(() => sessionStorage)
