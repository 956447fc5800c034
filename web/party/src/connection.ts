/** This phone's media connection: what comes goes to the pictures, what is sent follows the line's quality. */
import {
  FRESH_LINE,
  judge,
  sendLimits,
  type LineState,
  type Offer,
  type PartyEvent,
  type Reply,
  type Rung,
  type Snapshot,
} from "@heyi/core";
import { Peer } from "@heyi/rtc";
import { shallowRef } from "vue";
import type { Pictures } from "./pictures.ts";

export interface ConnectionEvents {
  ask(event: string, body?: object): Promise<Reply>;
  put(event: PartyEvent): void;
  /** Media comes late: is the line still there? */
  late(): void;
  snapshot(): Snapshot | null;
}

export class Connection {
  readonly rung = shallowRef<Rung>("good");
  readonly #pictures: Pictures;
  readonly #events: ConnectionEvents;
  #peer: Peer | null = null;
  #quality: LineState = FRESH_LINE;

  constructor(pictures: Pictures, events: ConnectionEvents) {
    this.#pictures = pictures;
    this.#events = events;
  }

  open(): void {
    const { ask, put, late, snapshot } = this.#events;
    this.#peer?.close();
    this.#peer = new Peer(
      {
        start: async () => (await ask("media.start")).ok,
        answer: async (connection, sdp) => (await ask("media.answer", { connection, sdp })).ok,
        stop: (connection) => void ask("media.stop", { connection }),
      },
      {
        slot: (slot, audio, video) => {
          this.#pictures.came(slot, audio, video);
          const shown = snapshot();
          if (shown) this.#pictures.route(shown);
        },
        up: () => put({ is: "mediaUp" }),
        late,
        lost: (_reconnect, sign) => {
          if (sign !== "online" && sign !== "route") put({ is: "mediaLost", at: Date.now() });
        },
        line: (sample) => this.#judged(judge(this.#quality, sample)),
      },
      sendLimits(this.rung.value),
    );
    this.#peer.open();
  }

  offered(offer: Offer): void {
    void this.#peer?.offered(offer);
  }

  again(): void {
    this.#peer?.again();
  }

  send(audio: MediaStreamTrack | null, video: MediaStreamTrack | null): void {
    void this.#peer?.send(audio, video);
  }

  close(): void {
    this.#peer?.close();
    this.#peer = null;
  }

  #judged(line: LineState): void {
    const changed = line.rung !== this.#quality.rung;
    this.#quality = line;
    if (!changed) return;
    this.rung.value = line.rung;
    void this.#peer?.limit(sendLimits(line.rung));
    const network = line.rung === "good" ? "good" : line.rung === "smaller" ? "weak" : "audio_only";
    this.#events.put({ is: "network", network });
  }
}
