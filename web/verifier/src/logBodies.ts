// What the entries of the log say, whether or not their chain holds.
import { type Bytes, utf8 } from "./bytes.ts";
import { type Json, type JsonObject, isObject, parse } from "./canonical.ts";

const BROKEN = "\uFFFD"; // what stands for bytes that are no UTF-8

/** The body of each entry; a line that is none is judged by the chain alone. */
export function logBodies(log: Bytes): JsonObject[] {
  const lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(log).split("\n");
  return lines.filter((line) => !line.includes(BROKEN)).flatMap((line) => {
    const entry = read(line);
    return isObject(entry) && isObject(entry["body"]) ? [entry["body"]] : [];
  });
}

function read(line: string): Json {
  try {
    return parse(utf8(line));
  } catch {
    return null;
  }
}

/** The facts of every entry of this kind, oldest first. */
export const factsOf = (log: readonly JsonObject[], kind: string): JsonObject[] =>
  log.filter((body) => body["kind"] === kind).map(factsIn);

/** The facts of the last entry of this kind, none where there is no such entry. */
export const lastFacts = (log: readonly JsonObject[], kind: string): JsonObject => factsOf(log, kind).at(-1) ?? {};

export const factsIn = (body: JsonObject): JsonObject => (isObject(body["facts"]) ? body["facts"] : {});
