/**
 * A "no" that the server has not heard yet: kept in this browser until it has, whatever becomes of the line or the page.
 * A "yes" is not: nobody is to find himself bound by what he tapped an hour ago.
 */
import type { SeatView } from "@heyi/core";
import { computed, shallowRef } from "vue";

const KEY = "noes";

/** What is refused beside consents, and the button that does it: going on, taking part, signing. */
export const ACTS = { stop: "stop", part: "decline", sign: "signNo" } as const;
export type Act = keyof typeof ACTS;

export interface No {
  /** A consent's scope, or an act. */
  readonly scope: string;
  /** What it was said to: the version of a consent's words or of the agreement, the answer that stood before. */
  readonly text_version: string;
  readonly reason?: string;
}

export interface Kept extends No {
  readonly person: string;
  /** The sitting: what was refused for one says nothing of another. */
  readonly session: string | null;
  readonly reason: string;
  /** When, ms of the phone's clock. */
  readonly at: number;
  /** Things have changed since: it is not said any more, its person may say it anew. */
  readonly late?: boolean;
}

/** An act, with its reason in somebody's own words, is kept no longer than this. */
const ACTS_STAY_MS = 24 * 60 * 60 * 1_000;

export class Noes {
  /** What this person said in the sitting that is his now and the server does not know. */
  readonly unheard = computed<readonly Kept[]>(() => this.#own.value.filter((each) => this.#fits(each)));
  /** What he is to say again if he still means it; once all is over there is nothing to say any more. */
  readonly late = computed<readonly Kept[]>(() => this.#own.value.filter((each) => isAct(each.scope) && !this.#fits(each) && this.#seat().ended === null));
  readonly #all = shallowRef(read());
  readonly #seat: () => SeatView;
  readonly #own = computed(() => this.#all.value.filter((each) => each.person === this.#seat().person_id));
  /** Whether the browser took what was written last; a private window may not. */
  #stored = true;

  constructor(seat: () => SeatView) {
    this.#seat = seat;
    this.#put([...this.unheard.value, ...this.late.value]);
    window.addEventListener("storage", this.#look);
  }

  close(): void {
    window.removeEventListener("storage", this.#look);
  }

  keep({ scope, text_version, reason = "" }: No): void {
    const { person_id: person, session_id: session } = this.#seat();
    const now = { scope, text_version, reason, person, session, at: Date.now() };
    this.#change((own) => [...own.filter((each) => each.scope !== scope), now]);
  }

  has(scope: string): boolean {
    return this.unheard.value.some((each) => each.scope === scope);
  }

  /** What is to be said now, acts first; what another tab has taken back is not. */
  standing(): readonly Kept[] {
    this.#look();
    const all = this.unheard.value;
    return [...all.filter((each) => isAct(each.scope)), ...all.filter((each) => !isAct(each.scope))];
  }

  /** Whether this very one is still to be said. */
  stands(no: Kept): boolean {
    return this.standing().some((each) => isSame(each, no));
  }

  drop(scope: string): void {
    this.#change((own) => own.filter((each) => each.scope !== scope));
  }

  /** Drops this one alone: what was said anew meanwhile stays. */
  done(no: Kept): void {
    this.#change((own) => own.filter((each) => !isSame(each, no)));
  }

  /** Keeps it as one that came too late, unless it was taken back meanwhile. */
  delay(no: Kept): void {
    this.#change((own) => own.map((each) => (isSame(each, no) ? { ...each, late: true } : each)));
  }

  #fits({ session, late }: Kept): boolean {
    return !late && session === this.#seat().session_id;
  }

  /** The browser's word counts, for all tabs write there. */
  readonly #look = (): void => {
    if (this.#stored) this.#all.value = read();
  };

  /** Changes what is kept of this person now; answers to consents in other sittings go. */
  #change(to: (own: readonly Kept[]) => readonly Kept[]): void {
    this.#look();
    this.#put(to(this.#own.value.filter((each) => isAct(each.scope) || this.#fits(each))));
  }

  /** Another person's on the same device stay. */
  #put(own: readonly Kept[]): void {
    const { person_id: person } = this.#seat();
    this.#all.value = [...read().filter((each) => each.person !== person), ...own];
    this.#stored = write(this.#all.value);
  }
}

export function isAct(scope: string): scope is Act {
  return scope in ACTS;
}

function isSame(one: Kept, other: Kept): boolean {
  return one.scope === other.scope && one.at === other.at;
}

/** What is kept, of everybody on this device. */
function read(): readonly Kept[] {
  try {
    const all = JSON.parse(localStorage.getItem(KEY) ?? "[]") as readonly Kept[];
    return all.filter(({ scope, at }) => !isAct(scope) || Date.now() - at < ACTS_STAY_MS);
  } catch {
    return [];
  }
}

/** Private windows may refuse; then it is kept as long as the page is open. */
function write(all: readonly Kept[]): boolean {
  try {
    if (all.length > 0) localStorage.setItem(KEY, JSON.stringify(all));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}
