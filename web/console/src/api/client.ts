/**
 * Typed requests to the own origin. A refusal becomes `Refused` with the server's code; a fresh second factor is asked
 * for here, once, and the act is then repeated.
 */
import type { paths } from "@heyi/core/api/schema.ts";

export type Method = "get" | "post" | "put" | "patch";
type Op<P extends keyof paths, M extends Method> = paths[P][M];
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];
export type AnswerOf<O> = O extends { responses: { 200: { content: { "application/json": infer V } } } } ? V : never;
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type PathOf<O> = O extends { parameters: { path: infer V } } ? V : undefined;
type QueryOf<O> = O extends { parameters: { query?: infer V } } ? V : undefined;

export interface Sent<O> {
  readonly path?: PathOf<O>;
  readonly query?: QueryOf<O>;
  readonly body?: BodyOf<O> | FormData;
}

export interface RawAnswer {
  readonly status: number;
  readonly json: unknown;
}
export type Transport = (method: Method, address: string, body: unknown) => Promise<RawAnswer>;
export type Facts = Readonly<Record<string, unknown>>;

/** What the server answered instead of doing it. `status` 0 means that it was not reached. */
export class Refused extends Error {
  readonly code: string;
  readonly facts: Facts;
  readonly status: number;

  constructor(code: string, facts: Facts, status: number) {
    super(code);
    this.name = "Refused";
    this.code = code;
    this.facts = facts;
    this.status = status;
  }
}

export const browserTransport: Transport = async (method, address, body) => {
  const form = body instanceof FormData;
  const init: RequestInit = { method: method.toUpperCase(), credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) init.body = form ? body : JSON.stringify(body);
  init.headers = body === undefined || form ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(address, init);
  const text = await answer.text();
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  return { status: answer.status, json: isJson && text !== "" ? JSON.parse(text) : null };
};

/** Puts path values in and appends the query; empty query values are left out. */
export function addressOf(path: string, values: unknown, query: unknown): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String((values as Record<string, unknown> | undefined)?.[name] ?? "")),
  );
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return pairs.length === 0 ? filled : `${filled}?${search.toString()}`;
}

export interface ClientHooks {
  /** Asks for a fresh second factor; true when it was given. */
  stepUp(): Promise<boolean>;
  /** The session is over. */
  signedOut(): void;
}

let transport: Transport = browserTransport;
let hooks: ClientHooks = { stepUp: () => Promise.resolve(false), signedOut: () => undefined };

export function useTransport(other: Transport): void {
  transport = other;
}

export function useHooks(others: ClientHooks): void {
  hooks = others;
}

function refusal(answer: RawAnswer): Refused {
  const body = answer.json as { code?: unknown; facts?: unknown } | null;
  const code = typeof body?.code === "string" ? body.code : "unreadable";
  return new Refused(code, (body?.facts ?? {}) as Facts, answer.status);
}

async function once(method: Method, address: string, body: unknown): Promise<unknown> {
  let answer: RawAnswer;
  try {
    answer = await transport(method, address, body);
  } catch (error) {
    if (error instanceof TypeError) throw new Refused("offline", {}, 0);
    throw error;
  }
  if (answer.status >= 200 && answer.status < 300) return answer.json;
  throw refusal(answer);
}

async function asked(method: Method, address: string, body: unknown): Promise<unknown> {
  try {
    return await once(method, address, body);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.code === "signed_out") hooks.signedOut();
    if (error.code !== "step_up_needed" || !(await hooks.stepUp())) throw error;
    return await once(method, address, body);
  }
}

function verb<M extends Method>(method: M) {
  return async <P extends PathsWith<M>>(path: P, sent: Sent<Op<P, M>> = {}): Promise<AnswerOf<Op<P, M>>> =>
    (await asked(method, addressOf(path, sent.path, sent.query), sent.body)) as AnswerOf<Op<P, M>>;
}

export const api = { get: verb("get"), post: verb("post"), put: verb("put"), patch: verb("patch") };

/**
 * Fetches a file whole. `comes` is told its media type first, and may then say that it is not wanted (null is returned);
 * `told` how many octets there are so far. Throws Refused.
 */
export async function fileAt(address: string, stop: AbortSignal, comes: (type: string) => boolean, told: (octets: number) => void): Promise<Blob | null> {
  try {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", signal: stop });
    if (!answer.ok) throw refusal({ status: answer.status, json: await answer.json().catch(() => null) });
    const type = answer.headers.get("Content-Type") ?? "";
    if (!comes(type)) return null;
    return await whole(answer, type, told);
  } catch (error) {
    if (error instanceof TypeError) throw new Refused("offline", {}, 0);
    throw error;
  }
}

async function whole(answer: Response, type: string, told: (octets: number) => void): Promise<Blob> {
  const pieces: BlobPart[] = [];
  let octets = 0;
  const reader = answer.body?.getReader();
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    pieces.push(next.value);
    told((octets += next.value.byteLength));
  }
  return new Blob(pieces, { type });
}

/** A file as multipart form, the way every upload route takes it. */
export function fileForm(file: File): FormData {
  const form = new FormData();
  form.append("file", file);
  return form;
}
