/** The server's routes for a seat, typed by the generated document. Refusals come as codes, never as sentences. */
import type {
  CodeSent,
  CopyTicket,
  DeviceCheckAsk,
  Entered,
  PartyAgreement,
  Receipt,
  Refusal,
  SeatView,
  Statement,
  components,
} from "@heyi/core";

type Schemas = components["schemas"];

/** What keeps the whole page from going on. */
export interface Fault {
  readonly code: string;
  readonly signedOut: boolean;
}

/** The server refused: `code` is stable, `facts` are plain values for the sentence. */
export class RefusedError extends Error {
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Whether the server could not just now, whatever was asked. */
  readonly away: boolean;

  constructor(refusal: Refusal, status = 0) {
    super(refusal.code);
    this.away = status >= 500 || /^http_5\d\d$/.test(refusal.code);
    this.name = "RefusedError";
    this.code = refusal.code;
    this.facts = refusal.facts ?? {};
  }

  number(name: string): number {
    return Number(this.facts[name] ?? 0);
  }
}

/** There was no answer at all. */
export class OfflineError extends Error {
  constructor() {
    super("offline");
    this.name = "OfflineError";
  }
}

/** What a failed act shows; what is neither a refusal nor a missing answer is raised. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RefusedError) return { code: error.code, signedOut: error.code === "signed_out" };
  if (error instanceof OfflineError) return { code: "offline", signedOut: false };
  throw error;
}

/** How long a small answer may take; a network that swallows requests answers none. */
const SOON_MS = 10_000;

export class SeatApi {
  readonly #lang: () => string;

  constructor(lang: () => string) {
    this.#lang = lang;
  }

  /** As `#send`; what takes too long counts as not answered, and is not sent any more. */
  async #soon<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), SOON_MS);
    try {
      return await this.#send<T>(method, path, body, limit.signal);
    } catch (error) {
      throw limit.signal.aborted ? new OfflineError() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #send<T>(method: "GET" | "POST", path: string, body?: object, signal: AbortSignal | null = null): Promise<T> {
    const request: RequestInit = {
      method,
      signal,
      credentials: "same-origin",
      headers: { "Accept-Language": this.#lang() },
    };
    if (body instanceof FormData) request.body = body;
    else if (method === "POST") {
      request.headers = { "Content-Type": "application/json", "Accept-Language": this.#lang() };
      request.body = JSON.stringify(body ?? {});
    }
    let response: Response;
    try {
      response = await fetch(`${path}?lang=${this.#lang()}`, request);
    } catch {
      throw new OfflineError();
    }
    if (!response.ok) throw new RefusedError(await refusalOf(response), response.status);
    return (await response.json()) as T;
  }

  seat = (): Promise<SeatView> => this.#soon("GET", "/api/seat");
  answer = (ask: Schemas["AnswerAsk"]): Promise<SeatView> => this.#soon("POST", "/api/seat/answer", ask);
  consent = (ask: Omit<Schemas["ConsentAsk"], "answers"> & { answers?: number }): Promise<SeatView> => this.#soon("POST", "/api/seat/consents", ask);
  deviceCheck = (ask: DeviceCheckAsk): Promise<object> => this.#send("POST", "/api/seat/device-check", ask);
  enter = (): Promise<Entered> => this.#send("POST", "/api/seat/enter");
  code = (purpose: Schemas["CodeAsk"]["purpose"]): Promise<CodeSent> =>
    this.#send("POST", "/api/seat/code", { purpose });
  move = (code: string): Promise<Entered> => this.#send("POST", "/api/seat/move", { code });
  stop = (reason: string, session_id: string | null): Promise<SeatView> =>
    this.#soon("POST", "/api/seat/stop", { reason, session_id });
  agreement = (): Promise<PartyAgreement> => this.#send("GET", "/api/seat/agreement");
  answerClause = (ask: Schemas["ClauseAnswerAsk"]): Promise<PartyAgreement> =>
    this.#send("POST", "/api/seat/agreement/answers", ask);
  statement = (ask: Schemas["StatementAsk"]): Promise<Statement> =>
    this.#send("POST", "/api/seat/signing/statement", ask);
  sign = (ask: Schemas["SignAsk"]): Promise<Schemas["SigningTurn"]> => this.#send("POST", "/api/seat/signing", ask);
  finishSigning = (ask: Schemas["FinishAsk"]): Promise<Receipt> =>
    this.#send("POST", "/api/seat/signing/finish", ask);
  refuseSigning = (reason: string, text_version: number): Promise<SeatView> =>
    this.#soon("POST", "/api/seat/signing/refuse", { reason, text_version });
  /** Uploads a picture or PDF; the answer's id is what the signature names. */
  upload = (file: File): Promise<Schemas["FileView"]> => {
    const form = new FormData();
    form.append("file", file);
    return this.#send("POST", "/api/seat/files", form);
  };
  copy = (code: string | null): Promise<CopyTicket> => this.#send("POST", "/api/seat/copy", { code });
}

async function refusalOf(response: Response): Promise<Refusal> {
  try {
    const answer = (await response.json()) as Partial<Refusal>;
    return { code: answer.code ?? `http_${response.status}`, facts: answer.facts ?? {} };
  } catch {
    // A proxy in between may answer with a page of its own.
    return { code: `http_${response.status}`, facts: {} };
  }
}

/**
 * Address of a page image of the locked text; the digest keeps a cached page of an older text away. `turn` counts the
 * tries after one that failed: the same address would not be fetched again.
 */
export function pageAddress(page: number, width: number, digest: string | null, turn = 0): string {
  const again = turn > 0 ? `&turn=${turn}` : "";
  return `/api/seat/agreement/pages/${page}?w=${width}&v=${(digest ?? "").slice(0, 16)}${again}`;
}
