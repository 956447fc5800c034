/** The Socket.IO line of one seat: entering, requests with their answers, and coming back at once after a loss. */
import { LINE_ANSWER_MS, PROTOCOL_VERSION, type Change, type Offer, type Reply } from "@heyi/core";
import { watchNetwork } from "@heyi/rtc/network.ts";
import { io, type Socket } from "socket.io-client";

export interface LineEvents {
  up(): void;
  down(): void;
  change(change: Change): void;
  offer(offer: Offer): void;
  replaced(): void;
  parted(reason: string): void;
  refused(code: string): void;
}

const ANSWER_MS = 8_000;
/** The server counts how often one person enters, and lets one in again after ten seconds at the latest. */
const AGAIN_MS = [2_000, 5_000, 10_000] as const;

export class Line {
  readonly #session: string;
  readonly #events: LineEvents;
  readonly #socket: Socket;
  readonly #unwatch: () => void;
  #over = false;
  #waits: number | undefined;

  constructor(session: string, events: LineEvents) {
    this.#session = session;
    this.#events = events;
    this.#socket = io({
      path: "/socket.io/",
      transports: ["websocket"],
      auth: { as: "seat" },
      reconnectionDelay: 100,
      reconnectionDelayMax: 4_000,
      randomizationFactor: 0.3,
      timeout: ANSWER_MS,
    });
    this.#socket.on("connect", () => events.up());
    this.#socket.on("disconnect", (reason) => this.#down(reason));
    this.#socket.on("connect_error", ({ message }) => {
      if (this.#socket.active) events.down();
      else this.#part(message === "link_ended" ? message : "signed_out");
    });
    this.#socket.on("change", (change: Change) => events.change(change));
    this.#socket.on("media.offer", (offer: Offer) => events.offer(offer));
    this.#socket.on("replaced", () => {
      this.#over = true;
      events.replaced();
    });
    this.#socket.on("parted", ({ reason }: { reason: string }) => this.#part(reason));
    this.#unwatch = watchNetwork(() => this.#anew());
    document.addEventListener("visibilitychange", this.#hurry);
  }

  /** The server lets this phone in no more: trying again would change nothing. */
  #part(reason: string): void {
    this.#over = true;
    this.#events.parted(reason);
  }

  /** A phone that wakes up does not wait for the next try. */
  readonly #hurry = (): void => {
    if (!this.#socket.connected && document.visibilityState === "visible") this.#anew();
  };

  /**
   * On another network the old connection is dead, though nobody has noticed yet: make a new one now. The transport
   * alone is dropped: saying goodbye, should it arrive after all, would tell the room that this person left.
   */
  #anew(): void {
    if (this.#over) return;
    if (this.#socket.connected) this.#socket.io.engine.close();
    // Also ends a try that is under way on the old network, or waits for its turn.
    this.#socket.disconnect();
    this.#socket.connect();
  }

  /** Finds out whether the server still hears us, and makes a new connection where it does not. */
  async check(): Promise<void> {
    const asked = this.#socket.id;
    if (asked === undefined) return;
    await this.#socket
      .timeout(LINE_ANSWER_MS)
      .emitWithAck("line.check", {})
      .catch(() => {
        if (asked === this.#socket.id) this.#anew();
      });
  }

  #down(reason: string): void {
    if (this.#over) return;
    this.#events.down();
    // The library does not come back by itself when the server hung up.
    if (reason === "io server disconnect") window.setTimeout(this.#hurry, 1_000);
  }

  /** Enters; whoever came too often waits and is let in later, without a word. */
  async enter(tries = 0): Promise<void> {
    window.clearTimeout(this.#waits);
    const asked = this.#socket.id;
    const reply = await this.ask("enter", { session_id: this.#session, version: PROTOCOL_VERSION });
    if (reply.ok || reply.code === null || reply.code === undefined) return;
    if (reply.code === "too_fast") this.#enterLater(asked, tries);
    else this.#events.refused(reply.code);
  }

  /** A connection made meanwhile enters of itself. */
  #enterLater(asked: string | undefined, tries: number): void {
    if (this.#over) return;
    const wait = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
    this.#waits = window.setTimeout(() => {
      if (!this.#over && asked === this.#socket.id) void this.enter(tries + 1);
    }, wait);
  }

  /** One request; without an answer in time the reply is `{ok: false, code: null}` and may be asked again. */
  async ask(event: string, body: object = {}): Promise<Reply> {
    try {
      return (await this.#socket.timeout(ANSWER_MS).emitWithAck(event, body)) as Reply;
    } catch {
      return { ok: false, code: null, facts: {} };
    }
  }

  close(): void {
    this.#over = true;
    window.clearTimeout(this.#waits);
    this.#unwatch();
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#socket.disconnect();
  }
}
