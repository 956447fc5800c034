/** A person's answers to consents: a "yes" counts once the server has it, a "no" is kept until it does. */
import type { SeatView } from "@heyi/core";
import { shallowRef } from "vue";
import { faultOf, RefusedError, type Fault, type SeatApi } from "./api.ts";
import { Noes, type No } from "./noes.ts";
import { passes, type Upkeep } from "./upkeep.ts";

interface Shows {
  seat(seat: SeatView): void;
  fault(fault: Fault): void;
}

export class Answering {
  readonly noes: Noes;
  /** The scope whose words were others when an answer came: that answer was none. */
  readonly changed = shallowRef<string | null>(null);
  readonly #api: SeatApi;
  readonly #upkeep: Upkeep;
  readonly #shows: Shows;

  constructor(seat: () => SeatView, api: SeatApi, upkeep: Upkeep, shows: Shows) {
    this.noes = new Noes(seat);
    this.#api = api;
    this.#upkeep = upkeep;
    this.#shows = shows;
    if (this.noes.unheard.value.length > 0) void upkeep.run(this.#say);
  }

  /** Agrees; raises what went wrong. What was refused before and never got through is taken back by it. */
  async yes(text: No): Promise<void> {
    this.changed.value = null;
    const before = this.noes.unheard.value.find((each) => each.scope === text.scope);
    this.noes.drop(text.scope);
    try {
      await this.#send(text, true);
    } catch (error) {
      if (isConflict(error)) return this.#askAnew(text.scope, await this.#api.seat());
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

  readonly #say = async (): Promise<void> => {
    for (const no of this.noes.unheard.value) {
      // Taken back by a yes while another was being said.
      if (!this.noes.has(no.scope)) continue;
      try {
        await this.#tell(no);
      } catch (error) {
        if (passes(error) || (error instanceof RefusedError && error.code === "signed_out")) throw error;
        this.noes.drop(no.scope);
        this.#shows.fault(faultOf(error));
      }
    }
  };

  async #tell(no: No): Promise<void> {
    try {
      await this.#send(no, false);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#otherWords(no.scope, await this.#api.seat());
    }
    this.noes.drop(no.scope);
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

  async #send({ scope, text_version }: No, agreed: boolean): Promise<void> {
    this.#shows.seat(await this.#api.consent({ scope, agreed, text_version }));
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof RefusedError && error.code === "conflict";
}
