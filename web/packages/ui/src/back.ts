/**
 * The phone's own way back. Browsers inside other apps close the whole page with it, so whatever is open over the page,
 * and the room itself, stands in the history as one entry; going back closes the uppermost of them. What was open
 * already is asked for no second time: at the bottom, back leaves the page, always.
 */
import { nextTick, onBeforeUnmount, watch } from "vue";

/** What back means, from the bottom to the top: leave the room, come back to it from a text, close a sheet. */
export const ROOM = 0;
export const TEXT = 1;
export const SHEET = 2;

export interface Layer {
  readonly rank: number;
  /** Closes it; called once, when its entry is gone already. */
  back(): void;
}

/** What of a window is needed; a test has its own. */
export interface Tab {
  readonly history: Pick<History, "state" | "pushState" | "go" | "scrollRestoration">;
  addEventListener(name: "popstate", told: () => void): void;
}

const KEY = "heyiOpen";

/** Keeps as many entries over the page's first as there are layers open. */
export class WayBack {
  readonly #tab: Tab;
  #layers: readonly Layer[] = [];
  /** Where an own step back will arrive; entries pushed before that would be taken back with it. */
  #going: number | null = null;

  /** Entries that are left from before a reload are taken back. */
  constructor(tab: Tab) {
    this.#tab = tab;
    // Nothing behind a sheet has moved.
    tab.history.scrollRestoration = "manual";
    tab.addEventListener("popstate", () => this.#popped());
    this.#soon();
  }

  /** Call it within the tap that opens the layer: browsers jump over entries that nobody asked for. */
  add(layer: Layer): void {
    this.#layers = [...this.#layers, layer].sort((one, other) => one.rank - other.rank);
    this.#soon();
  }

  /** Harmless for a layer that back has closed. */
  remove(layer: Layer): void {
    this.#layers = this.#layers.filter((each) => each !== layer);
    this.#soon();
  }

  get #depth(): number {
    const { state } = this.#tab.history as { state: { [KEY]?: number } | null };
    return state?.[KEY] ?? 0;
  }

  #popped(): void {
    const own = this.#going === this.#depth;
    this.#going = null;
    if (own) return this.#soon();
    const closed = this.#layers.slice(this.#depth).reverse();
    this.#layers = this.#layers.slice(0, this.#depth);
    for (const layer of closed) layer.back();
    this.#soon();
  }

  /** One sheet after another, or the next screen of the room, is no step at all. */
  #soon(): void {
    void nextTick(() => this.#settle());
  }

  #settle(): void {
    if (this.#going !== null) return;
    const more = this.#layers.length - this.#depth;
    if (more < 0) {
      this.#going = this.#layers.length;
      this.#tab.history.go(more);
    }
    for (let n = 0; n < more; n += 1) this.#tab.history.pushState({ [KEY]: this.#depth + 1 }, "");
  }
}

let way: WayBack | null = null;

/** Makes back call `back` as long as `open` says so and this component is there. */
export function useBack(open: () => boolean, back: () => void, rank: number): void {
  const layer: Layer = { rank, back };
  const one = (way ??= new WayBack(window));
  watch(open, (now) => (now ? one.add(layer) : one.remove(layer)), { immediate: true });
  onBeforeUnmount(() => one.remove(layer));
}
