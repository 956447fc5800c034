// Bytes, as the other parts write and compare them.

export type Bytes = Uint8Array<ArrayBuffer>;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const HEX = /^(?:[0-9a-f]{2})*$/;

/** Text as UTF-8. */
export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Bytes as text; throws for what is no UTF-8. A byte order mark stays, as it was signed. */
export const text = (bytes: Bytes): string => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

/** Lower-case hexadecimal digits. */
export const hex = (bytes: Bytes): string => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

/** Bytes of lower-case hexadecimal digits; throws for anything else. */
export function unhex(digits: string): Bytes {
  if (!HEX.test(digits)) throw new SyntaxError("no hexadecimal digits");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bytes of base64 (RFC 4648, section 4), padded, without blanks and no bit left over; throws for anything else. */
export function unbase64(coded: string): Bytes {
  const bytes = BASE64.test(coded) ? atob(coded) : "";
  if (btoa(bytes) !== coded) throw new SyntaxError("no base64");
  return Uint8Array.from(bytes, (one) => one.charCodeAt(0));
}

/** All of them, one after the other. */
export function join(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether both are the same. What is compared here is no secret. */
export const same = (one: Bytes, other: Bytes): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

const PEM = /^-----BEGIN ([A-Z ]+)-----\n([A-Za-z0-9+/=\n]+)-----END \1-----\n$/;

/**
 * The bytes inside a PEM; throws where there are none. Strictly: one block, nothing around it, lines of 64 characters that
 * end in LF (RFC 7468, section 3).
 */
export function pemBody(pem: Bytes): Bytes {
  const body = PEM.exec(text(pem))?.[2] ?? "";
  const bytes = unbase64(body.replaceAll("\n", ""));
  if (body === "" || btoa(String.fromCharCode(...bytes)).replace(/.{1,64}/g, "$&\n") !== body) throw new SyntaxError("no PEM");
  return bytes;
}
