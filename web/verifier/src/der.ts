// As much of DER (X.690) as certificates and signatures are made of: taken apart, and put together.
import { type Bytes, hex, join } from "./bytes.ts";

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const OCTETS = 0x04;

export interface Element {
  readonly tag: number;
  readonly whole: Bytes;
  readonly body: Bytes;
}

/** The elements that follow one another in `bytes`; `count` of them, where it is given. */
export function elements(bytes: Bytes, count?: number): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const one = elementAt(bytes, at);
    found.push(one);
    at += one.whole.length;
  }
  if (count !== undefined && found.length !== count) throw new SyntaxError("no such DER");
  return found;
}

/** The element that begins there, whatever follows it; throws where none does. */
export function elementAt(bytes: Bytes, at = 0): Element {
  const { start, end } = extent(bytes, at);
  return { tag: bytes[at] ?? 0, whole: bytes.subarray(at, end), body: bytes.subarray(start, end) };
}

/** The element itself; throws where there is none. */
export function whole(element: Element | undefined): Bytes {
  if (element === undefined) throw new SyntaxError("no such DER");
  return element.whole;
}

/** What is inside an element of this tag; throws for any other. */
export function part(element: Element | undefined, tag: number): Bytes {
  if (element?.tag !== tag) throw new SyntaxError("no such DER");
  return element.body;
}

/** An element of this tag around the parts. */
export function der(tag: number, ...parts: Bytes[]): Bytes {
  const body = join(...parts);
  const digits: number[] = [];
  for (let left = body.length; left > 0; left >>>= 8) digits.unshift(left & 0xff);
  const length = body.length < 0x80 ? [body.length] : [0x80 | digits.length, ...digits];
  return join(Uint8Array.of(tag, ...length), body);
}

/** A SET OF, whose elements stand in the order of their bytes. */
export const setOf = (tag: number, parts: Bytes[]): Bytes =>
  der(tag, ...[...parts].sort((one, other) => (hex(one) < hex(other) ? -1 : 1)));

function extent(bytes: Bytes, at: number): { start: number; end: number } {
  const first = bytes[at + 1] ?? 0xff;
  const more = first & 0x80 ? first & 0x7f : 0;
  if (more > 3) throw new SyntaxError("no such DER");
  const digits = bytes.subarray(at + 2, at + 2 + more);
  const length = more ? digits.reduce((sum, digit) => sum * 256 + digit, 0) : first;
  const start = at + 2 + more;
  if (start + length > bytes.length) throw new SyntaxError("no such DER");
  return { start, end: start + length };
}
