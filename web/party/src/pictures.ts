/** What this phone shows and plays of the others: the tracks that come, and the elements made in the tap on "enter". */
import type { Snapshot } from "@heyi/core";
import { SLOTS, createSink, type Sink } from "@heyi/rtc";

interface Tracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}
export type Place = (holder: HTMLElement, on: boolean) => void;

export class Pictures {
  readonly #tracks: Tracks[] = Array.from({ length: SLOTS }, () => ({ audio: null, video: null }));
  readonly #places = new Map<number, Place>();
  #sink: Sink | null = null;

  /** Makes the elements; must run inside a tap. `locked` is told whenever sound is (not) held back. */
  open(shelf: HTMLElement, locked: (held: boolean) => void): void {
    this.#sink ??= createSink(shelf, locked);
  }

  async unlock(): Promise<void> {
    await this.#sink?.unlock();
  }

  /** Where the picture of a slot goes; the same function every time, so that nothing is moved without need. */
  placeOf(slot: number | null): Place | undefined {
    if (slot === null) return undefined;
    const known = this.#places.get(slot);
    if (known) return known;
    const place: Place = (holder, on) => this.#sink?.place(slot, holder, on);
    this.#places.set(slot, place);
    return place;
  }

  came(slot: number, audio: MediaStreamTrack | null, video: MediaStreamTrack | null): void {
    this.#tracks[slot] = { audio, video };
  }

  /** Whoever is not in a slot by the server's word is cut here and now. */
  route(snapshot: Snapshot): void {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const seated = snapshot.slots.find((each) => each.slot === slot);
      const tracks = this.#tracks[slot];
      const [audio, video] = [seated?.audio && tracks?.audio, seated?.video && tracks?.video];
      this.#sink?.show(slot, audio || null, video || null);
    }
    if (snapshot.lamp !== "cutting") this.#sink?.clear();
  }

  blank(): void {
    this.#sink?.blank();
  }

  empty(): void {
    for (let slot = 0; slot < SLOTS; slot += 1) this.#sink?.show(slot, null, null);
  }
}
