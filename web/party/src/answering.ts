/** What a person answers: a "yes" counts once the server has it, a "no" is kept until it does. */
import type { SeatView } from "@heyi/core";
import { shallowReactive, shallowRef } from "vue";
import { faultOf, RefusedError, type Fault, type SeatApi } from "./api.ts";
import { Noes, isAct, type Act, type Kept, type No } from "./noes.ts";
import { passes, type Upkeep } from "./upkeep.ts";

interface Shows {
  seat(seat: SeatView): void;
  fault(fault: Fault): void;
  heard(act: Act): void;
}

/** To stop cannot be undone: who said so longer ago and is only heard now is asked again. */
const STOPS_FOR_MS = 30 * 60 * 1_000;

export class Answering {
  readonly noes: Noes;
  /** The scope whose words were others when an answer came: that answer was none. */
  readonly changed = shallowRef<string | null>(null);
  readonly #api: SeatApi;
  readonly #upkeep: Upkeep;
  readonly #shows: Shows;
  /** What is on its way, by its scope. */
  readonly #saying = shallowReactive(new Map<string, Promise<void>>());

  constructor(seat: () => SeatView, api: SeatApi, upkeep: Upkeep, shows: Shows) {
    this.noes = new Noes(seat);
    this.#api = api;
    this.#upkeep = upkeep;
    this.#shows = shows;
    if (this.noes.unheard.value.length > 0) void upkeep.run(this.#say);
  }

  /** Agrees; raises what went wrong. What was refused before and never got through is taken back by it. */
  async yes(text: No & Pick<SeatView["consents"][0], "answers">): Promise<void> {
    this.changed.value = null;
    const before = this.noes.unheard.value.find((each) => each.scope === text.scope);
    this.noes.drop(text.scope);
    try {
      await this.#send(text, true, { answers: text.answers });
    } catch (error) {
      if (isConflict(error) || isLate(error)) return this.#askAnew(text.scope, await this.#api.seat());
      if (before) this.noes.keep(before);
      throw error;
    }
  }

  /** Refuses or withdraws; where it does not get through it is said again until it has. */
  async no(text: No): Promise<void> {
    this.changed.value = null;
    this.noes.keep(text);
    await this.#upkeep.run(this.#say);
  }

  /** Whether it is on its way: then nobody can take it back. */
  says(scope: string): boolean {
    return this.#saying.has(scope);
  }

  /** One that does not get through holds up no other. */
  readonly #say = async (): Promise<void> => {
    let failed: unknown;
    for (const { scope } of this.noes.standing()) {
      try {
        await this.#once(scope);
      } catch (error) {
        failed ??= error;
      }
    }
    if (failed !== undefined) throw failed;
  };

  /** Nothing is said twice at once. */
  #once(scope: string): Promise<void> {
    const saying = this.#saying.get(scope) ?? this.#all(scope).finally(() => { this.#saying.delete(scope); });
    this.#saying.set(scope, saying);
    return saying;
  }

  async #all(scope: string): Promise<void> {
    for (let no: Kept | undefined; (no = this.noes.standing().find((each) => each.scope === scope)); ) {
      try {
        await (isAct(no.scope) ? this.#act(no, no.scope) : this.#tell(no));
      } catch (error) {
        if (passes(error) || (error instanceof RefusedError && error.code === "signed_out")) throw error;
        this.noes.done(no);
        this.#shows.fault(faultOf(error));
      }
    }
  }

  /** It counts for what it was said to: where that is over, or another by now, its person is asked again. */
  async #act(no: Kept, act: Act): Promise<void> {
    let seat: SeatView | null = null;
    try {
      seat = await this.#said(no, act);
    } catch (error) {
      if (!isLate(error)) throw error;
    }
    const late = seat === null;
    seat ??= await this.#api.seat();
    this.#shows.seat(seat);
    if (late && seat.ended === null) return this.noes.delay(no);
    this.noes.done(no);
    if (!late || act === "stop") this.#shows.heard(act);
  }

  /** Returns null where it is too late to say it. */
  async #said(no: Kept, act: Act): Promise<SeatView | null> {
    const { text_version, reason, session, at } = no;
    if (act === "sign") return text_version === "" ? null : this.#api.refuseSigning(reason, Number(text_version));
    if (act === "stop") return Date.now() - at > STOPS_FOR_MS ? null : this.#api.stop(reason, session);
    const now = await this.#api.seat();
    if (now.answer === "refused") return now;
    if (now.answer !== text_version || now.session_id !== session || !this.noes.stands(no)) return null;
    return this.#api.answer({ answer: "refused", text: reason });
  }

  async #tell(no: Kept): Promise<void> {
    try {
      await this.#send(no, false);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#otherWords(no.scope, await this.#api.seat());
    }
    this.noes.done(no);
  }

  /** A withdrawal counts whatever the words are by now; a first answer to other words is no answer. */
  async #otherWords(scope: string, seat: SeatView): Promise<void> {
    const now = seat.consents.find((each) => each.scope === scope);
    if (now?.given === true) await this.#send({ scope, text_version: now.text_version }, false);
    else this.#askAnew(scope, seat);
  }

  #askAnew(scope: string, seat: SeatView): void {
    this.changed.value = scope;
    this.#shows.seat(seat);
  }

  /** `known`: how many answers there were when he agreed; after another he is asked anew. */
  async #send({ scope, text_version }: No, agreed: boolean, known = {}): Promise<void> {
    this.#shows.seat(await this.#api.consent({ scope, agreed, text_version, ...known }));
  }
}

/** What the server says of an act whose object is over, or another by now. */
const LATE = ["wrong_state", "stale_revision"];

function isLate(error: unknown): boolean {
  return error instanceof RefusedError && LATE.includes(error.code);
}

function isConflict(error: unknown): boolean {
  return error instanceof RefusedError && error.code === "conflict";
}
