/**
 * A "no" to a consent that the server has not heard yet: kept in this browser until it has, whatever becomes of the line
 * or the page. A "yes" is not: nobody is to find himself bound by what he tapped an hour ago.
 */
import type { SeatView } from "@heyi/core";
import { computed, shallowRef } from "vue";

const KEY = "noes";

export interface No {
  readonly scope: string;
  readonly text_version: string;
}

interface Kept extends No {
  readonly person: string;
  /** The sitting: what was refused for one says nothing of another. */
  readonly session: string | null;
}

export class Noes {
  /** What this person said in the sitting that is his now and the server does not know. */
  readonly unheard = computed<readonly No[]>(() => {
    const { person_id, session_id } = this.#seat();
    return this.#all.value.filter((each) => each.person === person_id && each.session === session_id);
  });
  readonly #all = shallowRef(read());
  readonly #seat: () => SeatView;

  constructor(seat: () => SeatView) {
    this.#seat = seat;
  }

  keep({ scope, text_version }: No): void {
    this.#put([...this.unheard.value.filter((each) => each.scope !== scope), { scope, text_version }]);
  }

  has(scope: string): boolean {
    return this.unheard.value.some((each) => each.scope === scope);
  }

  drop(scope: string): void {
    if (this.has(scope)) this.#put(this.unheard.value.filter((each) => each.scope !== scope));
  }

  /** Another person's on the same device stay; this one's of other sittings go. */
  #put(noes: readonly No[]): void {
    const { person_id: person, session_id: session } = this.#seat();
    this.#all.value = [...read().filter((each) => each.person !== person), ...noes.map((no) => ({ ...no, person, session }))];
    write(this.#all.value);
  }
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
