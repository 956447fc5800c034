/** The live line of staff: Socket.IO over WebSocket, one request one answer, back at once after a loss. */
import { LINE_ANSWER_MS, PROTOCOL_VERSION, type Change, type Offer, type Reply } from "@heyi/core";
import { watchNetwork } from "@heyi/rtc/network.ts";
import { io, type Socket } from "socket.io-client";

export interface LineEvents {
  up(): void;
  down(): void;
  change(change: Change): void;
  offer(offer: Offer): void;
  replaced(): void;
  /** The server does not let this console stay; the line does not come back. */
  parted(reason: string): void;
}

export interface LivePort {
  enter(): Promise<Reply>;
  /** Without an answer in time the reply is `{ok: false, code: "offline"}`. */
  ask(event: string, body?: object): Promise<Reply>;
  /** Finds out whether the server still hears us, and makes a new connection where it does not. */
  check(): Promise<void>;
  close(): void;
}
export type OpenLine = (sessionId: string, events: LineEvents) => LivePort;

const ANSWER_MS = 8_000;
const SILENT: Reply = { ok: false, code: "offline", facts: {} };

class SocketLine implements LivePort {
  readonly #session: string;
  readonly #socket: Socket;
  readonly #unwatch: () => void;
  #over = false;

  constructor(session: string, events: LineEvents) {
    this.#session = session;
    this.#socket = io({
      path: "/socket.io/",
      transports: ["websocket"],
      auth: { as: "staff" },
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 4_000,
      timeout: ANSWER_MS,
    });
    this.#socket.on("connect", () => events.up());
    this.#socket.on("connect_error", () => {
      if (this.#socket.active) events.down();
      else this.#part(events, "signed_out");
    });
    this.#socket.on("disconnect", (reason) => {
      if (this.#over) return;
      events.down();
      // The library does not come back by itself when the server hung up.
      if (reason === "io server disconnect") window.setTimeout(this.#hurry, 1_000);
    });
    this.#socket.on("change", (change: Change) => events.change(change));
    this.#socket.on("media.offer", (offer: Offer) => events.offer(offer));
    this.#socket.on("replaced", () => {
      this.#over = true;
      events.replaced();
    });
    this.#socket.on("parted", ({ reason }: { reason: string }) => this.#part(events, reason));
    this.#unwatch = watchNetwork(() => this.#anew());
  }

  /** The server lets this console in no more: trying again would change nothing. */
  #part(events: LineEvents, reason: string): void {
    this.#over = true;
    events.parted(reason);
  }

  readonly #hurry = (): void => {
    if (!this.#over && !this.#socket.connected) this.#socket.connect();
  };

  /** Drops the transport alone: a goodbye that still arrives would tell the room that the mediator left. */
  #anew(): void {
    if (this.#over) return;
    if (this.#socket.connected) this.#socket.io.engine.close();
    // Also ends a try that is under way on the old network, or waits for its turn.
    this.#socket.disconnect();
    this.#socket.connect();
  }

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

  enter(): Promise<Reply> {
    return this.ask("enter", { session_id: this.#session, version: PROTOCOL_VERSION });
  }

  async ask(event: string, body: object = {}): Promise<Reply> {
    try {
      return (await this.#socket.timeout(ANSWER_MS).emitWithAck(event, body)) as Reply;
    } catch {
      return SILENT;
    }
  }

  close(): void {
    this.#over = true;
    this.#unwatch();
    this.#socket.disconnect();
  }
}

export const socketLine: OpenLine = (session, events) => new SocketLine(session, events);
