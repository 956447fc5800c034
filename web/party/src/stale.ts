/**
 * The place where work towards signing is kept, for the link page: it forgets what is too old without loading the rest.
 * Signing itself must import nothing from here: a chunk that imports the link page's own asks for its style, which is
 * inside the page and no file.
 */
export const KEY = "signing";

/** Forgets what is too old, whoever wrote it and wherever this browser goes now. */
export function forgetStale(now = Date.now()): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as { readonly until: number } | null;
    if (kept !== null && kept.until < now) localStorage.removeItem(KEY);
  } catch {
    // Private windows may refuse; they keep nothing either.
  }
}
