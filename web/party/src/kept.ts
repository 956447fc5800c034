/**
 * What a person has done towards signing one text, kept in this browser for a short while: WeChat may close the page while
 * its reader looks at the message with the code. It is forgotten with the signature, with a refusal, when its writer
 * leaves, when somebody else signs on the same device, and after half an hour: while the page is open by a timer, later
 * by the next link that is opened in this browser, whosever it is.
 */
import type { PointGroup } from "signature_pad";
import { KEY } from "./stale.ts";

const LIFE_MS = 30 * 60 * 1_000;

export interface Progress {
  readonly seen: readonly number[];
  readonly strokes: readonly PointGroup[];
  /** The masked telephone a code was sent to, empty before. */
  readonly sent: string;
  readonly scan: string | null;
}

/** Who signs which text; the text is null as long as it is on its way. */
export interface Signing {
  readonly person: string;
  readonly digest: string | null;
}

interface Kept extends Progress, Signing {
  readonly until: number;
}

let timer: number | undefined;

export function keepProgress(signing: Signing, progress: Progress, now = Date.now()): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(forgetProgress, LIFE_MS);
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...progress, ...signing, until: now + LIFE_MS } satisfies Kept));
  } catch {
    // Private windows may refuse; then a reload starts again, as it always did.
  }
}

/** Returns what this person did for exactly this text, null when there is nothing or it is too old. */
export function recallProgress({ person, digest }: Signing, now = Date.now()): Progress | null {
  const kept = read();
  if (kept === null) return null;
  if (kept.person !== person || kept.until < now) forgetProgress();
  else if (digest !== null && kept.digest === digest) return { seen: kept.seen, strokes: kept.strokes, sent: kept.sent, scan: kept.scan };
  return null;
}

function read(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Kept | null;
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
