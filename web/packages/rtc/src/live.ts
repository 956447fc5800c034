/** The Socket.IO line of one sitting, by WebSocket alone: one request one answer, and back at once after a loss. */
import { LINE_ANSWER_MS, type Change, type Offer, type Reply } from "@heyi/core";
import { io, type Socket } from "socket.io-client";
import { watchNetwork } from "./network.ts";

export interface LiveEvents {
  up(): void;
  down(): void;
  change(change: Change): void;
  offer(offer: Offer): void;
  /** Another page took the place; the line does not come back. */
  replaced(): void;
  /** The server lets nobody stay here; the line does not come back. */
  parted(reason: string): void;
}

const ANSWER_MS = 8_000;

export class LiveSocket {
  readonly #events: LiveEvents;
  readonly #socket: Socket;
  readonly #unwatch: () => void;
  #over = false;

  constructor(as: "seat" | "staff", events: LiveEvents) {
    this.#events = events;
    this.#socket = io({
      path: "/socket.io/",
      transports: ["websocket"],
      auth: { as },
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 4_000,
      randomizationFactor: 0.3,
      timeout: ANSWER_MS,
    });
    this.#listen();
    this.#unwatch = watchNetwork(() => this.#anew());
    document.addEventListener("visibilitychange", this.#woken);
  }

  #listen(): void {
    this.#socket.on("connect", () => this.#events.up());
    this.#socket.on("disconnect", (reason) => this.#down(reason));
    this.#socket.on("connect_error", ({ message }) => {
      if (this.#socket.active) this.#events.down();
      else this.#part(message === "link_ended" ? message : "signed_out");
    });
    this.#socket.on("change", (change: Change) => this.#events.change(change));
    this.#socket.on("media.offer", (offer: Offer) => this.#events.offer(offer));
    this.#socket.on("replaced", () => {
      this.#over = true;
      this.#events.replaced();
    });
    this.#socket.on("parted", ({ reason }: { reason: string }) => this.#part(reason));
  }

  /** The connection of this moment. */
  get id(): string | undefined {
    return this.#socket.id;
  }

  /** Whether the line was closed, or the server ended it for good. */
  get over(): boolean {
    return this.#over;
  }

  /** The server lets this page in no more: trying again would change nothing. */
  #part(reason: string): void {
    this.#over = true;
    this.#events.parted(reason);
  }

  #down(reason: string): void {
    if (this.#over) return;
    this.#events.down();
    // The library does not come back by itself when the server hung up.
    if (reason === "io server disconnect") window.setTimeout(this.#hurry, 1_000);
  }

  /** A phone that wakes up does not wait for the next try. */
  readonly #woken = (): void => {
    if (document.visibilityState === "visible") this.#hurry();
  };

  readonly #hurry = (): void => {
    if (!this.#socket.connected) this.#anew();
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

  /** One request; undefined where no answer came in time. */
  async ask(event: string, body: object): Promise<Reply | undefined> {
    try {
      return (await this.#socket.timeout(ANSWER_MS).emitWithAck(event, body)) as Reply;
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#over = true;
    this.#unwatch();
    document.removeEventListener("visibilitychange", this.#woken);
    this.#socket.disconnect();
  }
}
