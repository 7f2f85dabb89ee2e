// NUL and half a surrogate pair are legal JSON, and Postgres takes neither.
const UNSTORABLE = /\0|\p{Cs}/u;

/** Whether Postgres can keep a text. */
export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/** The path of the first text (or name) within a value that cannot be kept; null when all can. The value is not deeper than bodies may be. */
export function unstorableAt(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const at = isStorable(name) ? unstorableAt(inner, path === '' ? name : `${path}.${name}`) : path;
    if (at !== null) return at;
  }
  return null;
}
