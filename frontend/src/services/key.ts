/** A fresh key for one intent of the user: repeating a request with its key never acts twice. */
export function newKey(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${prefix}-${hex}`
}
