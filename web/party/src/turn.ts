/**
 * Takes turns with the others who sign: each signature in the PDF covers those before it, so one is made at a time.
 * While somebody else has the turn this waits and asks again; an answer that came too late is made anew. The person
 * writes nothing twice.
 */
import type { components } from "@heyi/core";
import { RefusedError, type SeatApi } from "./api.ts";
import { signAttributes, type SigningKey } from "./signing.ts";

type Schemas = components["schemas"];

/** Tries before giving up; a turn is over after half a minute at the latest. */
const TRIES = 60;
const PAUSE_MS = 1_000;

export interface Taker {
  readonly api: Pick<SeatApi, "sign" | "finishSigning">;
  readonly key: SigningKey;
  /** Told before each wait, for the words on the screen. */
  readonly waits: () => void;
  readonly pause?: (ms: number) => Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

export function isTurn(error: unknown): error is RefusedError {
  return error instanceof RefusedError && (error.code === "signing_busy" || error.code === "turn_lost");
}

/** Returns once the PDF is signed. Raises what the server refuses, and the last "busy" when nobody lets go. */
export async function signInTurn(taker: Taker, ask: Schemas["SignAsk"]): Promise<void> {
  const pause = taker.pause ?? sleep;
  for (let left = TRIES; ; left -= 1) {
    try {
      return await signOnce(taker, ask);
    } catch (error) {
      if (!isTurn(error) || left <= 1) throw error;
      taker.waits();
      await pause(1_000 * error.number("retry_after_s") || PAUSE_MS);
    }
  }
}

async function signOnce({ api, key }: Taker, ask: Schemas["SignAsk"]): Promise<void> {
  const turn = await api.sign(ask);
  if (turn.attributes === null) return;
  const signature = await signAttributes(key, turn.attributes);
  await api.finishSigning({ statement_id: ask.statement_id, epoch: turn.epoch, signature });
}
