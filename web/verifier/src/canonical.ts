// Canonical JSON (RFC 8785): what is signed has one byte form, and nothing is read that has another.
import canonicalize from "canonicalize";
import { type Bytes, same, text, utf8 } from "./bytes.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** The JSON value in these bytes; throws for what is none. */
export const parse = (bytes: Bytes): Json => JSON.parse(text(bytes)) as Json;

/** The canonical bytes of a value. */
export const canonical = (value: Json): Bytes => utf8(canonicalize(value) ?? "");

const KEY = /^[ !#-[\]-~]*$/;
const DEEPEST = 64;

/** Whether a value is of our profile: whole numbers, plain keys that a shell can read too, not nested too deep. */
function ours(value: Json, left: number): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value !== "object" || value === null) return true;
  const [keys, inside] = [Array.isArray(value) ? [] : Object.keys(value), Object.values(value)];
  return left > 0 && keys.every((key) => KEY.test(key)) && inside.every((one) => ours(one, left - 1));
}

/** The object in these bytes, only if they are its canonical form; so no name stands there twice. */
export function readObject(bytes: Bytes): JsonObject | null {
  try {
    const found = parse(bytes);
    return isObject(found) && ours(found, DEEPEST) && same(canonical(found), bytes) ? found : null;
  } catch {
    return null;
  }
}

/** Whether it is an object, neither list nor null. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The text under a name, empty where there is none. */
export function textAt(from: JsonObject, name: string): string {
  const found = from[name];
  return typeof found === "string" ? found : "";
}
