/**
 * What the page fetches unbidden. Nobody asked for it, so its failing is no word on the screen, and its success takes no
 * word away; what did not come for want of an answer is owed, and asked for again.
 */
import { OfflineError, RefusedError } from "./api.ts";

type Work = () => Promise<void>;

export class Upkeep {
  readonly #owed = new Set<Work>();
  readonly #signedOut: () => void;

  /** `signedOut` hears that the server does not know this browser any more. */
  constructor(signedOut: () => void) {
    this.#signedOut = signedOut;
  }

  /** Runs `work`; what is neither a refusal nor a missing answer is raised. */
  async run(work: Work): Promise<void> {
    this.#owed.delete(work);
    try {
      await work();
    } catch (error) {
      if (passes(error)) this.#owed.add(work);
      else if (!(error instanceof RefusedError)) throw error;
      else if (error.code === "signed_out") this.#signedOut();
    }
  }

  /** Asks again for what is owed. */
  async again(): Promise<void> {
    await Promise.all([...this.#owed].map((work) => this.run(work)));
  }
}

/** No answer, one of a server that cannot just now, or "not so fast": another time it may go well. */
export function passes(error: unknown): boolean {
  return error instanceof OfflineError || (error instanceof RefusedError && (error.away || error.code === "too_fast"));
}
