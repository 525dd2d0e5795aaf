import { ref, watch, type Ref } from 'vue'

/** A ref that is remembered in this browser. What is stored is used only if `valid` accepts it. */
export function stored<T>(name: string, initial: T, valid: (value: unknown) => value is T): Ref<T> {
  const key = `trading-pro.${name}`
  const value = ref(read(key, initial, valid)) as Ref<T>
  watch(
    value,
    (next) => {
      write(key, next)
    },
    { deep: true },
  )
  return value
}

function read<T>(key: string, initial: T, valid: (value: unknown) => value is T): T {
  try {
    const text = localStorage.getItem(key)
    if (text === null) return initial
    const value: unknown = JSON.parse(text)
    return valid(value) ? value : initial
  } catch {
    return initial
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Storage may be full or switched off; the value lives as long as the page.
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string'

export function isOneOf<T extends string>(options: readonly T[]) {
  return (value: unknown): value is T => options.includes(value as T)
}

export function isListOf<T extends string>(options?: readonly T[]) {
  return (value: unknown): value is T[] =>
    Array.isArray(value) &&
    value.every((each) => isText(each) && (!options || options.includes(each as T)))
}
