/** The live line of one seat: entering, also for whoever came too often, and requests with their answers. */
import { PROTOCOL_VERSION, type Reply } from "@heyi/core";
import { LiveSocket, type LiveEvents } from "@heyi/rtc/live.ts";

export interface LineEvents extends LiveEvents {
  refused(code: string): void;
}

/** The server counts how often one person enters, and lets one in again after ten seconds at the latest. */
const AGAIN_MS = [2_000, 5_000, 10_000] as const;

export class Line {
  readonly #session: string;
  readonly #events: LineEvents;
  readonly #live: LiveSocket;
  #waits: number | undefined;

  constructor(session: string, events: LineEvents) {
    this.#session = session;
    this.#events = events;
    this.#live = new LiveSocket("seat", events);
  }

  /** Finds out whether the server still hears us, and makes a new connection where it does not. */
  check(): Promise<void> {
    return this.#live.check();
  }

  /** Enters; whoever came too often waits and is let in later, without a word. */
  async enter(tries = 0): Promise<void> {
    window.clearTimeout(this.#waits);
    const asked = this.#live.id;
    const reply = await this.ask("enter", { session_id: this.#session, version: PROTOCOL_VERSION });
    if (reply.ok || reply.code === null || reply.code === undefined) return;
    if (reply.code === "too_fast") this.#enterLater(asked, tries);
    else this.#events.refused(reply.code);
  }

  /** A connection made meanwhile enters of itself. */
  #enterLater(asked: string | undefined, tries: number): void {
    if (this.#live.over) return;
    const wait = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
    this.#waits = window.setTimeout(() => {
      if (!this.#live.over && asked === this.#live.id) void this.enter(tries + 1);
    }, wait);
  }

  /** One request; without an answer in time the reply is `{ok: false, code: null}` and may be asked again. */
  async ask(event: string, body: object = {}): Promise<Reply> {
    return (await this.#live.ask(event, body)) ?? { ok: false, code: null, facts: {} };
  }

  close(): void {
    window.clearTimeout(this.#waits);
    this.#live.close();
  }
}
