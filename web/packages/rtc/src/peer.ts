/**
 * One seat's connection to the media worker. The server always offers; this side answers without candidates of its
 * own. On a changed network a new connection is made beside the old one and takes over once it carries media.
 */
import {
  ATTEMPT_TIMEOUT_MS,
  CONNECTED,
  LATE_MS,
  SILENCE_MS,
  delayOf,
  lost,
  tried,
  type LineSample,
  type LossSign,
  type Offer,
  type ReconnectState,
  type SendLimits,
} from "@heyi/core";
import { watchNetwork } from "./network.ts";
import { SLOTS } from "./sink.ts";
import { NO_COUNTERS, sampleOf, tally, type Counters } from "./stats.ts";

export interface Signalling {
  /** Asks the server for a new connection; the offer comes by `offered`. */
  start(): Promise<boolean>;
  answer(connection: string, sdp: string): Promise<boolean>;
  stop(connection: string): void;
}

export interface PeerEvents {
  /** The tracks of a downlink slot on the connection that is now in use. */
  slot(slot: number, audio: MediaStreamTrack | null, video: MediaStreamTrack | null): void;
  up(): void;
  /** The worker's report is late: whoever holds the line finds out whether that is dead too. */
  late(): void;
  lost(reconnect: ReconnectState, sign: LossSign): void;
  line(sample: LineSample): void;
}

interface Leg {
  readonly connection: string;
  readonly pc: RTCPeerConnection;
  readonly audio: (MediaStreamTrack | null)[];
  readonly video: (MediaStreamTrack | null)[];
  counters: Counters;
  readonly bornAt: number;
  /** Connected, and waiting for its first packet to take over from a connection that still shows something. */
  ready: boolean;
}

const WATCH_EVERY_MS = 250;
/** How often a connected newcomer is asked whether it carries media, and for how long at most: a lobby has none. */
const CARRIES_EVERY_MS = 50;
const CARRIES_WITHIN_MS = 800;
const SAMPLE_EVERY_MS = 2_000;

/** The m-lines of the offer: own audio, own video, then audio and video of each slot. */
export function slotOfLine(index: number): { readonly slot: number; readonly kind: "audio" | "video" } | null {
  if (index < 2) return null;
  const slot = Math.floor((index - 2) / 2);
  return slot < SLOTS ? { slot, kind: index % 2 === 0 ? "audio" : "video" } : null;
}

/** A connection may be closed while something about it is still under way; that is no fault. */
function unlessClosed(error: unknown): void {
  if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
}

async function put(leg: Leg, line: 0 | 1, track: MediaStreamTrack | null): Promise<void> {
  const sender = leg.pc.getTransceivers()[line]?.sender;
  if (!sender || leg.pc.connectionState === "closed") return;
  await sender.replaceTrack(track).catch(unlessClosed);
}

export class Peer {
  readonly #signalling: Signalling;
  readonly #events: PeerEvents;
  #own: { audio: MediaStreamTrack | null; video: MediaStreamTrack | null } = { audio: null, video: null };
  #limits: SendLimits;
  #used: Leg | null = null;
  #next: Leg | null = null;
  #reconnect: ReconnectState = CONNECTED;
  #retry: number | null = null;
  #watch: number | null = null;
  #unwatch: (() => void) | null = null;
  #sampledAt = 0;
  #sampled: Counters = NO_COUNTERS;
  /** When the server was asked for an offer that has not come yet. */
  #askedAt: number | null = null;
  /** Counts the questions for an offer, so that the answer to an older one changes nothing. */
  #asked = 0;
  #late = false;

  /** `limits` holds for every connection from its first packet on, until `limit` says otherwise. */
  constructor(signalling: Signalling, events: PeerEvents, limits: SendLimits) {
    this.#signalling = signalling;
    this.#events = events;
    this.#limits = limits;
  }

  /** Begins; call it once the seat is entered. */
  open(): void {
    if (this.#watch !== null) return;
    this.#unwatch = watchNetwork(() => this.doubt("online"));
    this.#watch = window.setInterval(() => void this.#look(), WATCH_EVERY_MS);
    void this.#ask();
  }

  close(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    if (this.#watch !== null) window.clearInterval(this.#watch);
    if (this.#retry !== null) window.clearTimeout(this.#retry);
    this.#watch = null;
    this.#retry = null;
    for (const leg of [this.#used, this.#next]) this.#end(leg);
    this.#used = null;
    this.#next = null;
  }

  /** The connection whose tracks are shown, for statistics in tests and on the desk. */
  get connection(): RTCPeerConnection | null {
    return this.#used?.pc ?? null;
  }

  /** Puts own tracks on every connection; a missing device is filled in later without a new description. */
  async send(audio: MediaStreamTrack | null, video: MediaStreamTrack | null): Promise<void> {
    this.#own = { audio, video };
    for (const leg of [this.#used, this.#next]) if (leg) await this.#fill(leg);
  }

  async limit(limits: SendLimits): Promise<void> {
    this.#limits = limits;
    for (const leg of [this.#used, this.#next]) if (leg) await this.#bound(leg);
  }

  /** Something says that the path is gone: make another connection now. */
  doubt(sign: LossSign): void {
    this.#reconnect = lost(this.#reconnect, performance.now());
    this.#events.lost(this.#reconnect, sign);
    this.#askLater();
  }

  /**
   * The line to the server is new. What was asked on the old one is void, and a server that began anew does not know
   * our connection: make another one at once, beside the present one.
   */
  again(): void {
    if (this.#watch === null) return;
    if (this.#retry !== null) window.clearTimeout(this.#retry);
    this.#retry = null;
    void this.#ask();
  }

  /** The server's offer. Answers it and keeps the old connection until this one carries media. */
  async offered({ connection, sdp, ice_servers: iceServers }: Offer): Promise<void> {
    if (this.#watch === null) return;
    this.#askedAt = null;
    this.#end(this.#next);
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
    const leg: Leg = {
      connection,
      pc,
      audio: Array.from({ length: SLOTS }, () => null),
      video: Array.from({ length: SLOTS }, () => null),
      counters: NO_COUNTERS,
      bornAt: performance.now(),
      ready: false,
    };
    this.#next = leg;
    pc.addEventListener("connectionstatechange", () => this.#stateOf(leg));
    try {
      await this.#describe(leg, sdp);
    } catch (error) {
      unlessClosed(error);
    }
  }

  async #describe(leg: Leg, sdp: string): Promise<void> {
    const { pc, connection } = leg;
    await pc.setRemoteDescription({ type: "offer", sdp });
    pc.getTransceivers().forEach((transceiver, index) => this.#wire(leg, transceiver, index));
    await this.#fill(leg);
    await pc.setLocalDescription(await pc.createAnswer());
    // The server learns the address from the authenticated check, so nothing is gained by waiting for candidates.
    await this.#signalling.answer(connection, pc.localDescription?.sdp ?? "");
    await this.#bound(leg);
  }

  #wire(leg: Leg, transceiver: RTCRtpTransceiver, index: number): void {
    const line = slotOfLine(index);
    if (line === null) {
      transceiver.direction = "sendonly";
      return;
    }
    leg[line.kind][line.slot] = transceiver.receiver.track;
  }

  async #fill(leg: Leg): Promise<void> {
    await put(leg, 0, this.#own.audio);
    await put(leg, 1, this.#picture());
  }

  #picture(): MediaStreamTrack | null {
    return this.#limits.picture ? this.#own.video : null;
  }

  async #bound(leg: Leg): Promise<void> {
    const sender = leg.pc.getTransceivers()[1]?.sender;
    if (!sender) return;
    await put(leg, 1, this.#picture());
    const parameters = sender.getParameters();
    const encoding = parameters.encodings[0];
    if (!encoding) return;
    encoding.maxBitrate = this.#limits.maxBitrate;
    encoding.maxFramerate = this.#limits.maxFramerate;
    await sender.setParameters(parameters).catch(() => undefined);
  }

  #stateOf(leg: Leg): void {
    if (leg.pc.connectionState === "connected") void this.#ready(leg);
    else if (leg.pc.connectionState === "failed") this.#failed(leg);
  }

  /** Takes the newcomer over once it has a picture. Its sound is heard before: a key frame may take its time. */
  async #ready(leg: Leg): Promise<void> {
    if (leg.ready) return;
    leg.ready = true;
    const until = performance.now() + CARRIES_WITHIN_MS;
    let heard = false;
    while (this.#used !== null && leg === this.#next && performance.now() < until) {
      const { received, framesDecoded } = tally((await leg.pc.getStats()).values(), 0, NO_COUNTERS);
      if (framesDecoded > 0 || (received > 0 && this.#used?.counters.framesDecoded === 0)) break;
      if (received > 0 && !heard && leg === this.#next) this.#show(leg, this.#used);
      heard ||= received > 0;
      await new Promise((resolve) => window.setTimeout(resolve, CARRIES_EVERY_MS));
    }
    this.#take(leg);
  }

  #take(leg: Leg): void {
    if (leg !== this.#next || leg.pc.connectionState !== "connected") return;
    const old = this.#used;
    this.#used = leg;
    this.#next = null;
    leg.counters = { ...leg.counters, heardAt: performance.now() };
    this.#reconnect = CONNECTED;
    this.#sampled = NO_COUNTERS;
    this.#late = false;
    if (this.#retry !== null) window.clearTimeout(this.#retry);
    this.#retry = null;
    this.#show(leg, leg);
    this.#end(old);
    this.#events.up();
  }

  #show(sound: Leg, picture: Leg): void {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      this.#events.slot(slot, sound.audio[slot] ?? null, picture.video[slot] ?? null);
    }
  }

  #failed(leg: Leg): void {
    if (leg === this.#next) {
      this.#end(leg);
      this.#next = null;
      if (leg.ready && this.#used !== null) this.#show(this.#used, this.#used);
      this.#askLater();
    } else if (leg === this.#used) this.doubt("failed");
  }

  #end(leg: Leg | null): void {
    if (leg === null) return;
    leg.pc.close();
    this.#signalling.stop(leg.connection);
  }

  #askLater(): void {
    if (this.#retry !== null || this.#next !== null || this.#askedAt !== null) return;
    this.#retry = window.setTimeout(() => {
      this.#retry = null;
      void this.#ask();
    }, delayOf(this.#reconnect.attempt));
  }

  async #ask(): Promise<void> {
    this.#reconnect = tried(this.#reconnect);
    this.#askedAt = performance.now();
    const turn = (this.#asked += 1);
    const asked = await this.#signalling.start();
    if (asked || turn !== this.#asked) return;
    this.#askedAt = null;
    if (this.#watch !== null) this.#askLater();
  }

  async #look(): Promise<void> {
    const now = performance.now();
    if (this.#next !== null && now - this.#next.bornAt > ATTEMPT_TIMEOUT_MS) this.#failed(this.#next);
    if (this.#askedAt !== null && now - this.#askedAt > ATTEMPT_TIMEOUT_MS) {
      this.#askedAt = null;
      this.#askLater();
    }
    const leg = this.#used;
    if (leg === null) return;
    const reports = await leg.pc.getStats();
    leg.counters = tally(reports.values(), now, leg.counters);
    const silence = now - leg.counters.heardAt;
    if (silence > LATE_MS && !this.#late) this.#events.late();
    this.#late = silence > LATE_MS;
    if (silence > SILENCE_MS) this.doubt("silence");
    if (now - this.#sampledAt < SAMPLE_EVERY_MS) return;
    if (this.#sampled.at !== 0) this.#events.line(sampleOf(this.#sampled, leg.counters));
    this.#sampled = leg.counters;
    this.#sampledAt = now;
  }
}
