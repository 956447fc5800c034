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

export class Noes {
  /** What this person said in the sitting that is his now and the server does not know. */
  readonly unheard = computed<readonly Kept[]>(() => this.#own.value.filter((each) => this.#fits(each)));
  /** What he is to say again if he still means it; once all is over there is nothing to say any more. */
  readonly late = computed<readonly Kept[]>(() => this.#own.value.filter((each) => isAct(each.scope) && !this.#fits(each) && this.#seat().ended === null));
  readonly #all = shallowRef(read());
  readonly #seat: () => SeatView;
  readonly #own = computed(() => this.#all.value.filter((each) => each.person === this.#seat().person_id));

  constructor(seat: () => SeatView) {
    this.#seat = seat;
    this.#put([...this.unheard.value, ...this.late.value]);
  }

  keep({ scope, text_version, reason = "" }: No): void {
    const { person_id: person, session_id: session } = this.#seat();
    this.#put([...this.#others(scope), { scope, text_version, reason, person, session, at: Date.now() }]);
  }

  has(scope: string): boolean {
    return this.unheard.value.some((each) => each.scope === scope);
  }

  drop(scope: string): void {
    this.#put(this.#others(scope));
  }

  /** Keeps it as one that came too late, unless it was taken back meanwhile. */
  delay(no: Kept): void {
    if (this.has(no.scope)) this.#put([...this.#others(no.scope), { ...no, late: true }]);
  }

  #fits({ session, late }: Kept): boolean {
    return !late && session === this.#seat().session_id;
  }

  /** This person's, without one and without answers to consents in other sittings. */
  #others(scope: string): readonly Kept[] {
    return this.#own.value.filter((each) => each.scope !== scope && (isAct(each.scope) || this.#fits(each)));
  }

  /** Another person's on the same device stay. */
  #put(own: readonly Kept[]): void {
    const { person_id: person } = this.#seat();
    this.#all.value = [...read().filter((each) => each.person !== person), ...own];
    write(this.#all.value);
  }
}

export function isAct(scope: string): scope is Act {
  return scope in ACTS;
}

function read(): readonly Kept[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as readonly Kept[];
  } catch {
    return [];
  }
}

function write(all: readonly Kept[]): void {
  try {
    if (all.length > 0) localStorage.setItem(KEY, JSON.stringify(all));
    else localStorage.removeItem(KEY);
  } catch {
    // Private windows may refuse; then it is kept as long as the page is open.
  }
}
