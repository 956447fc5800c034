/**
 * What a party has done towards signing one text, kept in this browser for a short while: WeChat may close the page while
 * its reader looks at the message with the code. It is forgotten with the signature, with a refusal, and after half an
 * hour.
 */
import type { PointGroup } from "signature_pad";

const KEY = "signing";
const LIFE_MS = 30 * 60 * 1_000;

export interface Progress {
  readonly seen: readonly number[];
  readonly strokes: readonly PointGroup[];
  /** The masked telephone a code was sent to, empty before. */
  readonly sent: string;
  readonly scan: string | null;
}

interface Kept extends Progress {
  readonly digest: string;
  readonly until: number;
}

export function keepProgress(digest: string, progress: Progress, now = Date.now()): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...progress, digest, until: now + LIFE_MS } satisfies Kept));
  } catch {
    // Private windows may refuse; then a reload starts again, as it always did.
  }
}

/** Returns what was done for exactly this text, null when there is nothing or it is too old. */
export function recallProgress(digest: string | null, now = Date.now()): Progress | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Kept | null;
    if (kept === null || digest === null || kept.digest !== digest || kept.until < now) return null;
    return { seen: kept.seen, strokes: kept.strokes, sent: kept.sent, scan: kept.scan };
  } catch {
    return null;
  }
}

export function forgetProgress(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}
