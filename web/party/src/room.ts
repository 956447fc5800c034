/**
 * Runs the machine's effects in the browser: one line, one peer, one media owner, one pool of elements. The screens
 * read its reactive values and call its few commands; they never touch a socket or a track.
 */
import {
  NOBODY_FEATURED,
  advance,
  begin,
  browserOf,
  feature,
  firstStep,
  offersTelephone,
  screenOf,
  sends,
  sentenceOf,
  type Effect,
  type Featured,
  type PartyAgreement,
  type PartyEvent,
  type PartyState,
  type Reply,
  type SeatView,
  type Snapshot,
} from "@heyi/core";
import { createBell, type Bell, type MediaState } from "@heyi/rtc";
import { computed, inject, shallowReactive, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import { copyAddress } from "./address.ts";
import { Answering } from "./answering.ts";
import { RefusedError, SeatApi, faultOf, type Fault } from "./api.ts";
import { Connection } from "./connection.ts";
import { Devices } from "./devices.ts";
import { forgetProgress } from "./kept.ts";
import { Line } from "./line.ts";
import type { Act } from "./noes.ts";
import { Pictures, type Place } from "./pictures.ts";
import { Upkeep } from "./upkeep.ts";
import { Words } from "./words.ts";

export const ROOM: InjectionKey<Room> = Symbol("room");

/** What else than mediation is open, by the kind of dispute. */
const WAYS = { none: "waysCourt", agreed: "waysAgreed", labour: "waysLabour", land: "waysLand" } as const;

export function useRoom(): Room {
  const room = inject(ROOM);
  if (!room) throw new Error("no room above this screen");
  return room;
}

const TICK_MS = 1_000;
const ASK_AGAIN_TICKS = 5;

export class Room {
  readonly api: SeatApi;
  readonly answering: Answering;
  readonly state: ShallowRef<PartyState>;
  readonly media: ShallowRef<MediaState>;
  readonly agreement = shallowRef<PartyAgreement | null>(null);
  readonly featured = shallowRef<Featured>(NOBODY_FEATURED);
  readonly now = shallowRef(Date.now());
  /** Whether the own consents are looked at now. */
  readonly own = shallowRef(false);
  /** Whether the copy of the sealed agreement is being fetched now. */
  readonly getting = shallowRef(false);
  readonly fault = shallowRef<Fault | null>(null);
  /** Words that were written and not sent yet, by what they are about. */
  readonly drafts = shallowReactive(new Map<string, string>());
  readonly words = new Words();
  readonly lang = this.words.lang;
  readonly t = this.words.t;
  /** Of the link page, which what comes late must not import. */
  readonly browser = browserOf(navigator.userAgent);
  readonly copyAddress = copyAddress;
  readonly screen: ComputedRef<ReturnType<typeof screenOf>>;
  readonly devices = new Devices((media) => this.#mediaTold(media));
  readonly owner = this.devices.owner;
  readonly #shelf: HTMLElement;
  readonly #pictures = new Pictures();
  readonly #connection = new Connection(this.#pictures, {
    ask: (event, body) => this.ask(event, body),
    put: (event) => this.put(event),
    late: () => void this.#line?.check(),
    snapshot: () => this.snapshot,
  });
  readonly rung = this.#connection.rung;
  readonly #upkeep = new Upkeep(() => { this.fault.value = { code: "signed_out", signedOut: true }; });
  #bell: Bell | null = null;
  #line: Line | null = null;
  #timer: number;
  #ticks = 0;

  constructor(seat: SeatView, shelf: HTMLElement) {
    this.#shelf = shelf;
    this.api = new SeatApi(() => this.lang.value);
    this.state = shallowRef(begin(seat));
    this.answering = new Answering(() => this.seat, this.api, this.#upkeep, {
      seat: (now) => this.put({ is: "seat", seat: now }),
      fault: (fault) => { this.fault.value = fault; },
      heard: (act) => this.#heard(act),
    });
    this.media = shallowRef(this.owner.state);
    this.screen = computed(() => screenOf(this.state.value));
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
    document.addEventListener("visibilitychange", this.#seen);
    window.addEventListener("pageshow", this.#seen);
  }

  get seat(): SeatView {
    return this.state.value.seat;
  }

  get snapshot(): Snapshot | null {
    return this.state.value.snapshot;
  }

  /** The consents as this person answered them, whether or not the server has heard his "no" by now. */
  get consents(): SeatView["consents"] {
    return this.seat.consents.map((each) => (this.answering.noes.has(each.scope) ? { ...each, answer: false, given: false, given_at: null } : each));
  }

  /** What else than mediation is open in a dispute of this type. */
  get ways(): string {
    return this.t(WAYS[this.seat.arbitration]);
  }

  get sentence(): ReturnType<typeof sentenceOf> {
    return sentenceOf(this.state.value, this.lang.value, this.t("comma"));
  }

  /** Changes the language and asks for the server's texts in it. */
  async otherLanguage(): Promise<void> {
    const other = this.lang.value === "en" ? "zh-CN" : "en";
    if (await this.attempt(() => this.words.speak(other))) await this.refreshSeat();
  }

  put(event: PartyEvent): void {
    const [next, effects] = advance(this.state.value, event);
    this.state.value = next;
    for (const effect of effects) this.#run(effect);
    if (event.is === "change") this.#feature();
  }

  /** Does something with the server; what goes wrong becomes a fault on the screen. True when it went well. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.fault.value = faultOf(error);
      return false;
    }
  }

  /** Makes what only a tap may make; whoever must wait for the devices first calls it in the tap itself. */
  touched(): void {
    this.#pictures.open(this.#shelf, (locked) => this.put({ is: "soundLocked", locked }));
    this.#bell ??= createBell();
  }

  /** Goes to wait. Call it inside the tap: elements, bell and lock are freed by that tap alone. */
  async goLive(): Promise<void> {
    this.touched();
    // Whoever comes back to this phone gave its camera and microphone back before.
    void this.devices.reopen();
    if (this.seat.device === "holder") return this.put({ is: "go", step: "live" });
    await this.attempt(async () => {
      const step = await this.api.enter().then(() => "live" as const, (error: unknown) => this.#consentsAgain(error));
      this.put({ is: "go", step });
    });
  }

  /** Another phone of this person refused what the online way needs: his answers say what happens instead. */
  async #consentsAgain(error: unknown): Promise<"consents"> {
    const owed = error instanceof RefusedError ? ((error.facts["missing"] ?? []) as readonly string[]) : [];
    if (!owed.includes("online_consent")) throw error;
    await this.#seat();
    return "consents";
  }

  async unlockSound(): Promise<void> {
    await this.#pictures.unlock();
  }

  async ask(event: string, body: object = {}): Promise<Reply> {
    return (await this.#line?.ask(event, body)) ?? { ok: false, code: null, facts: {} };
  }

  leave(): void {
    void this.ask("leave");
    this.put({ is: "go", step: "left" });
  }

  /** Ends the mediation; whether and when that gets through, this person is heard and seen no longer. */
  async stop(reason: string): Promise<void> {
    const told = this.answering.no({ scope: "stop", text_version: "", reason });
    this.leave();
    await told;
  }

  #heard(act: Act): void {
    if (act === "sign") this.words.tell("refusedTitle");
    else this.put({ is: "go", step: act === "stop" ? "papers" : firstStep(this.seat) });
    forgetProgress();
  }

  readonly #seat = async (): Promise<void> => this.put({ is: "seat", seat: await this.api.seat() });
  readonly #text = async (): Promise<void> => { this.agreement.value = await this.api.agreement(); };

  /** Fetches anew what a tap needs; the other two fetch unbidden, and say nothing when it fails. */
  refreshSeat = (): Promise<boolean> => this.attempt(this.#seat);
  refreshAgreement = (): Promise<boolean> => this.attempt(this.#text);
  lookAgain = (): Promise<void> => this.#upkeep.run(this.#seat);
  readAgain = (): Promise<void> => this.#upkeep.run(this.#text);

  placeOf(slot: number | null): Place | undefined {
    return this.#pictures.placeOf(slot);
  }

  /** Opens the devices again after a telephone call; call it from a tap. */
  async carryOn(): Promise<void> {
    await this.owner.resume();
    await this.unlockSound();
  }

  offersTelephone(): boolean {
    const { lostAt } = this.state.value;
    return offersTelephone({ attempt: 0, lostAt }, this.now.value);
  }

  close(): void {
    window.clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#seen);
    window.removeEventListener("pageshow", this.#seen);
    this.answering.noes.close();
    this.#run({ do: "endMedia" });
    this.#run({ do: "closeLine" });
    this.#run({ do: "release" });
  }

  #run(effect: Effect): void {
    switch (effect.do) {
      case "openLine":
        return this.#openLine();
      case "closeLine":
        this.#line?.close();
        this.#line = null;
        return;
      case "enter":
        void this.#line?.enter();
        this.#connection.again();
        return;
      case "startMedia":
        return this.#connection.open();
      case "endMedia":
        this.#connection.close();
        return this.#pictures.empty();
      case "release":
        return this.devices.release();
      case "forget":
        return forgetProgress();
      case "route":
        return this.#pictures.route(effect.snapshot);
      case "blank":
        return this.#pictures.blank();
      case "send":
        this.#connection.send(
          effect.microphone ? this.media.value.audio : null,
          effect.camera ? this.media.value.video : null,
        );
        return;
      case "tellOwn":
        void this.ask("own.media", effect.own);
        return;
      case "ring":
        this.#bell?.ring();
        if (document.hidden) document.title = this.t("liveAdmitted");
        return;
      case "announce":
        return this.#announce(effect.word);
      case "refreshSeat":
        void this.lookAgain();
        return;
      case "refreshAgreement":
        void this.readAgain();
        return;
      case "wake":
        if (effect.on) this.devices.wake.hold();
        else this.devices.wake.release();
    }
  }

  #announce(word: "admitted" | "back" | "lost" | "muted"): void {
    const keys = { admitted: "liveAdmitted", back: "liveBack", lost: "liveLost", muted: "liveMuted" } as const;
    if (word === "muted") this.put({ is: "switch", own: { microphone: false } });
    this.words.say(keys[word]);
  }

  #openLine(): void {
    const session = this.seat.session_id;
    if (session === null) return;
    this.#line?.close();
    this.#line = new Line(session, {
      up: () => {
        this.put({ is: "lineUp" });
        void this.#upkeep.again();
      },
      down: () => this.put({ is: "lineDown", at: Date.now() }),
      change: (change) => this.put({ is: "change", change }),
      offer: (offer) => this.#connection.offered(offer),
      replaced: () => this.put({ is: "replaced" }),
      parted: (reason) => this.put({ is: "parted", reason }),
      refused: (reason) => this.put({ is: "signedOut", reason }),
    });
  }

  #mediaTold(media: MediaState): void {
    const before = this.media.value;
    this.media.value = media;
    const same = before.audio === media.audio && before.video === media.video;
    if (!same) this.put({ is: "devices", has: { microphone: media.audio !== null, camera: media.video !== null } });
    if (!same) this.#resend();
    if (before.interrupted === media.interrupted) return;
    this.put({ is: "interrupted", interrupted: media.interrupted });
    if (!media.interrupted) this.#seen();
  }

  #resend(): void {
    const { microphone, camera } = sends(this.state.value);
    const { audio, video } = this.media.value;
    this.#connection.send(microphone ? audio : null, camera ? video : null);
  }

  readonly #seen = (): void => {
    const hidden = document.visibilityState === "hidden";
    this.put({ is: "away", away: hidden ? "page_hidden" : this.state.value.interrupted ? "telephone" : "none" });
    if (hidden) return;
    document.title = this.t("brand");
    this.owner.check();
    // Whatever took the page or its microphone away may have stopped what plays as well.
    void this.unlockSound();
  };

  #tick(): void {
    this.now.value = Date.now();
    this.words.fade(this.now.value);
    this.#ticks += 1;
    if (this.#ticks % ASK_AGAIN_TICKS === 0) void this.#upkeep.again();
    this.#feature();
  }

  #feature(): void {
    if (this.snapshot) this.featured.value = feature(this.featured.value, this.snapshot.seats, Date.now());
  }
}
