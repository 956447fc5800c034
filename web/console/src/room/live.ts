/**
 * The desk's live side: one line, one peer, one media owner, one pool of elements. The server's snapshot is the only
 * state; screens read it and send commands. Whoever is not in a slot by the server's word is cut here at once.
 */
import { FRESH_LINE, judge, sendLimits, type Change, type LineState, type Rung, type SendLimits } from "@heyi/core";
import { MediaOwner, Peer, SLOTS, createSink, createWake, type MediaState, type Sink } from "@heyi/rtc";
import { inject, reactive, ref, shallowRef, type InjectionKey } from "vue";
import { announce } from "../announce.ts";
import { Refused } from "../api/client.ts";
import type { MinutesItemState, Snapshot } from "../api/types.ts";
import { hasWord, wordOf } from "../i18n.ts";
import { socketLine, type LivePort, type OpenLine } from "./line.ts";
import { featuredOf, over, sends } from "./scene.ts";

export const LIVE: InjectionKey<Live> = Symbol("live");

export function useLive(): Live {
  const live = inject(LIVE);
  if (live === undefined) throw new Error("no room above this part");
  return live;
}

/** A sitting at the desk sends a clearer picture than a phone, as long as its line is good. */
const DESK_LIMITS: SendLimits = { maxBitrate: 800_000, maxFramerate: 20, picture: true };

/** Why nothing is heard or sent here any more. */
type Ended = "replaced" | "over" | "signed_out" | "no_access";

function deskLimits(rung: Rung): SendLimits {
  return rung === "good" ? DESK_LIMITS : sendLimits(rung);
}

interface Tracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

export class Live {
  readonly snapshot = shallowRef<Snapshot | null>(null);
  /** Milliseconds of this computer's clock when the snapshot came. */
  readonly takenAt = ref(0);
  readonly line = ref<"off" | "entering" | "on" | "lost" | "refused" | Ended>("off");
  readonly media = shallowRef<MediaState>({ phase: "closed", audio: null, video: null, trouble: null, facing: "user", interrupted: false });
  readonly own = ref({ microphone: true, camera: true });
  readonly soundLocked = ref(false);
  readonly mediaLost = ref(false);
  readonly featured = ref<string | null>(null);
  readonly rung = ref<Rung>("good");
  /** The last refusal of a command, shown where the command was given. */
  readonly error = shallowRef<Refused | null>(null);
  readonly busy = ref("");
  /** The sentence of the minutes under way: another tab beside it does not lose it. */
  readonly sentence = reactive({ speaker: "", text: "", mark: "statement" });
  readonly editing = shallowRef<MinutesItemState | null>(null);
  readonly #sessionId: string;
  readonly #openLine: OpenLine;
  readonly #owner: MediaOwner;
  readonly #wake = createWake();
  readonly #tracks: Tracks[] = Array.from({ length: SLOTS }, () => ({ audio: null, video: null }));
  readonly #places = new Map<number, (holder: HTMLElement, on: boolean) => void>();
  #sink: Sink | null = null;
  #port: LivePort | null = null;
  #peer: Peer | null = null;
  #quality: LineState = FRESH_LINE;
  #fresh = true;

  constructor(sessionId: string, openLine: OpenLine = socketLine) {
    this.#sessionId = sessionId;
    this.#openLine = openLine;
    this.#owner = new MediaOwner((media) => this.#mediaTold(media));
  }

  /** Goes in: elements and devices are opened inside the tap that called this. */
  async open(shelf: HTMLElement, picture: boolean): Promise<void> {
    this.#sink ??= createSink(shelf, (held) => (this.soundLocked.value = held));
    this.own.value = { microphone: true, camera: picture };
    this.line.value = "entering";
    this.#wake.hold();
    const opening = this.#owner.open(picture);
    this.#port = this.#openLine(this.#sessionId, {
      up: () => void this.#enter(),
      down: () => this.#down(),
      change: (change) => this.#take(change),
      offer: (offer) => void this.#peer?.offered(offer),
      replaced: () => this.#finish("replaced"),
      parted: (reason) => this.#finish(reason === "no_access" ? "no_access" : "signed_out"),
    });
    await opening;
  }

  close(): void {
    void this.#port?.ask("leave");
    this.#end();
    this.#owner.close();
    this.#sink?.close();
    this.#wake.release();
  }

  /** Sends a command; a refusal is kept for the screen. True when it was done. The same one waits for its answer first. */
  async command(event: string, body: object = {}): Promise<boolean> {
    if (this.busy.value === event) return false;
    this.busy.value = event;
    this.error.value = null;
    const reply = (await this.#port?.ask(event, body)) ?? { ok: false, code: "offline", facts: {} };
    if (this.busy.value === event) this.busy.value = "";
    if (!reply.ok) this.error.value = new Refused(reply.code ?? "unreadable", reply.facts ?? {}, 0);
    return reply.ok;
  }

  async switch(change: Partial<{ microphone: boolean; camera: boolean }>): Promise<void> {
    this.own.value = { ...this.own.value, ...change };
    if (change.camera === true && this.media.value.video === null) await this.#owner.add("video");
    if (change.microphone === true && this.media.value.audio === null) await this.#owner.add("audio");
    this.#send();
    this.#tellOwn();
  }

  async unlock(): Promise<void> {
    await this.#sink?.unlock();
  }

  /** Opens camera and microphone again; call it from a tap. */
  async resumeMedia(): Promise<void> {
    await this.#owner.resume();
  }

  placeOf(slot: number | null): ((holder: HTMLElement, on: boolean) => void) | undefined {
    if (slot === null) return undefined;
    const known = this.#places.get(slot);
    if (known !== undefined) return known;
    const place = (holder: HTMLElement, on: boolean): void => this.#sink?.place(slot, holder, on);
    this.#places.set(slot, place);
    return place;
  }

  hasPicture(slot: number | null): boolean {
    return slot !== null && (this.#tracks[slot]?.video ?? null) !== null;
  }

  async #enter(): Promise<void> {
    this.#fresh = true;
    const port = this.#port;
    const reply = await port?.enter();
    if (this.#port !== port) return;
    if (reply?.ok) {
      this.line.value = "on";
      if (this.#peer === null) this.#startMedia();
      else this.#peer.again();
      this.#tellOwn();
    } else if (reply?.code !== "offline") {
      this.line.value = "refused";
      this.error.value = new Refused(reply?.code ?? "unreadable", reply?.facts ?? {}, 0);
    }
  }

  #down(): void {
    if (this.line.value === "on") this.line.value = "lost";
  }

  /** Gives line and devices back. */
  #finish(as: Ended): void {
    this.line.value = as;
    this.#end();
    this.#owner.close();
  }

  #end(): void {
    this.#peer?.close();
    this.#peer = null;
    this.#port?.close();
    this.#port = null;
    for (let slot = 0; slot < SLOTS; slot += 1) this.#sink?.show(slot, null, null);
  }

  #take(change: Change): void {
    const before = this.snapshot.value;
    if (!this.#fresh && before !== null && change.n <= before.n) return;
    this.#fresh = false;
    this.snapshot.value = change.snapshot;
    this.takenAt.value = Date.now();
    if (change.snapshot.lamp === "cutting" || change.snapshot.lamp === "failed") this.#sink?.blank();
    else this.#sink?.clear();
    this.featured.value = featuredOf(change.snapshot, this.featured.value);
    this.#route();
    this.#send();
    this.#announce(change.events);
    if (over(change.snapshot)) this.#finish("over");
  }

  #announce(events: readonly string[]): void {
    const said = events.filter((event) => hasWord("event", event)).map((event) => wordOf("event", event));
    if (said.length > 0) announce(said.join(" "));
  }

  #startMedia(): void {
    this.#peer?.close();
    this.#peer = new Peer(
      {
        start: async () => (await this.#port?.ask("media.start"))?.ok ?? false,
        answer: async (connection, sdp) => (await this.#port?.ask("media.answer", { connection, sdp }))?.ok ?? false,
        stop: (connection) => void this.#port?.ask("media.stop", { connection }),
      },
      {
        slot: (slot, audio, video) => {
          this.#tracks[slot] = { audio, video };
          this.#route();
        },
        up: () => (this.mediaLost.value = false),
        late: () => void this.#port?.check(),
        lost: (_reconnect, sign) => (this.mediaLost.value = sign !== "online" && sign !== "route"),
        line: (sample) => this.#judged(judge(this.#quality, sample)),
      },
      deskLimits(this.rung.value),
    );
    this.#peer.open();
    this.#send();
  }

  #judged(line: LineState): void {
    const changed = line.rung !== this.#quality.rung;
    this.#quality = line;
    if (!changed) return;
    this.rung.value = line.rung;
    void this.#peer?.limit(deskLimits(line.rung));
    this.#tellOwn();
  }

  #route(): void {
    const snapshot = this.snapshot.value;
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const seated = snapshot?.slots.find((each) => each.slot === slot);
      const tracks = this.#tracks[slot];
      this.#sink?.show(slot, (seated?.audio && tracks?.audio) || null, (seated?.video && tracks?.video) || null);
    }
  }

  #send(): void {
    const snapshot = this.snapshot.value;
    const open = snapshot !== null && sends(snapshot);
    const { audio, video } = this.media.value;
    void this.#peer?.send(open && this.own.value.microphone ? audio : null, open && this.own.value.camera ? video : null);
  }

  #tellOwn(): void {
    const { audio, video } = this.media.value;
    const network = this.rung.value === "good" ? "good" : this.rung.value === "smaller" ? "weak" : "audio_only";
    const body = {
      microphone: this.own.value.microphone && audio !== null,
      camera: this.own.value.camera && video !== null,
      away: "none",
      network,
    };
    void this.#port?.ask("own.media", body);
  }

  #mediaTold(media: MediaState): void {
    const before = this.media.value;
    this.media.value = media;
    if (before.audio === media.audio && before.video === media.video) return;
    this.#send();
    if (this.line.value === "on") this.#tellOwn();
  }
}
