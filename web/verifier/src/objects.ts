// Where the objects of a PDF stand: its tables, read as any reader does, from the end of the file (ISO 32000-1, 7.5).
import { type Dictionary, dictionaryAt, dictionaryEnd } from "./dictionary.ts";

const END = /startxref\r?\n(\d{1,10})\r?\n%%EOF\r?\n?$/;
const ROW = /(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)/y;
const HEAD = /(\d{1,9}) (\d{1,9})\r?\n/y;
const TRAILER = /trailer\s*/y;
const OBJECT = /([1-9]\d{0,8}) 0 obj\s*/y;
const STREAM = /\s*stream\r?\n/y;

/** A table of objects: where it stands, what it defines, and the one before it. */
export interface Table {
  readonly at: number;
  readonly places: ReadonlyMap<number, number>;
  readonly trailer: Dictionary;
}

/** Objects by number, as of the last table that was put in. */
export class Objects {
  readonly #places = new Map<number, number>();

  constructor(private readonly latin: string) {}

  put(table: Table): void {
    for (const [number, at] of table.places) this.#places.set(number, at);
  }

  has(number: number): boolean {
    return this.#places.has(number);
  }

  /** The first number that no object has yet. */
  get next(): number {
    return Math.max(0, ...this.#places.keys()) + 1;
  }

  dictionary(number: number): Dictionary {
    return dictionaryOf(this.latin, number, this.#places.get(number) ?? -1);
  }

  /** Where the bytes of a stream begin and end in the file. */
  stream(number: number): readonly [begin: number, end: number] {
    const length = /^\d{1,9}$/.exec(this.dictionary(number).get("/Length") ?? "")?.[0];
    const dictionary = this.latin.indexOf("<<", this.#places.get(number) ?? 0);
    const begin = length === undefined ? null : match(STREAM, this.latin, dictionaryEnd(this.latin, dictionary));
    if (begin === null) throw new SyntaxError("no stream");
    return [STREAM.lastIndex, STREAM.lastIndex + Number(length)];
  }
}

/** Every table of a file that ends here, the oldest first. */
export function tables(latin: string): Table[] {
  const found: Table[] = [];
  let at: number | undefined = Number(END.exec(latin.slice(-64))?.[1] ?? Number.NaN);
  while (at !== undefined) {
    const table = tableAt(latin, at);
    found.unshift(table);
    const prev: string | undefined = table.trailer.get("/Prev");
    if (table.trailer.has("/XRefStm") || Number(prev ?? 0) >= at) throw new SyntaxError("no table before it");
    at = prev === undefined ? undefined : Number(prev);
  }
  return found;
}

function tableAt(latin: string, begin: number): Table {
  if (!/^xref\r?\n/.test(latin.slice(begin, begin + 6))) throw new SyntaxError("no table");
  const places = new Map<number, number>();
  let at = latin.indexOf("\n", begin) + 1;
  for (let head = match(HEAD, latin, at); head !== null; head = match(HEAD, latin, at)) {
    at = HEAD.lastIndex;
    for (let n = Number(head[1]); n < Number(head[1]) + Number(head[2]); n++) {
      const row = match(ROW, latin, at);
      if (row === null || places.has(n) || (row[3] === "f" && n !== 0)) throw new SyntaxError("no row");
      at = ROW.lastIndex;
      if (n !== 0) places.set(n, Number(row[1]));
    }
  }
  if (match(TRAILER, latin, at) === null) throw new SyntaxError("no trailer");
  return { at: begin, places, trailer: dictionaryAt(latin, TRAILER.lastIndex) };
}

export function objectNumber(latin: string, at: number): number {
  return Number(match(OBJECT, latin, at)?.[1] ?? Number.NaN);
}

export function dictionaryOf(latin: string, number: number, at: number): Dictionary {
  if (at < 0 || objectNumber(latin, at) !== number) throw new SyntaxError("no such object");
  return dictionaryAt(latin, OBJECT.lastIndex);
}

function match(pattern: RegExp, latin: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(latin);
}

export function numberOf(reference: string | undefined): number {
  const found = /^([1-9]\d{0,8}) 0 R$/.exec(reference ?? "");
  if (found === null) throw new SyntaxError("no reference");
  return Number(found[1]);
}
