// What was appended to the locked PDF fills in its form, adds signatures and what proves them, and does nothing else.
// Updates are read as any reader does: by their tables of objects, from the end of the file (ISO 32000-1, 7.5).
import type { Bytes } from "./bytes.ts";
import { type Dictionary, dictionaryAt, references } from "./dictionary.ts";

const END = /startxref\r?\n(\d{1,10})\r?\n%%EOF\r?\n?$/;
const ROW = /(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)/y;
const HEAD = /(\d{1,9}) (\d{1,9})\r?\n/y;
const TRAILER = /trailer\s*/y;
const OBJECT = /([1-9]\d{0,8}) 0 obj\s*/y;
/** Where a stamp's field is put, so that it shows on no page. */
const NOWHERE = "[ -9999 -9999 -9999 -9999 ]";
const ANNOTATIONS = "/Annots";

/** A table of objects: where it stands, what it defines, and the one before it. */
interface Table {
  readonly at: number;
  readonly places: ReadonlyMap<number, number>;
  readonly trailer: Dictionary;
}

/** Whether everything after the locked bytes is allowed there. */
export function onlyFilled(pdf: Bytes, lockedSize: number): boolean {
  try {
    const latin = new TextDecoder("latin1").decode(pdf);
    return new Updates(latin, lockedSize).allowed();
  } catch {
    return false;
  }
}

class Updates {
  readonly #locked: readonly Table[];
  readonly #added: readonly Table[];
  /** Where objects stand as of the table that is looked at. */
  readonly #places = new Map<number, number>();
  readonly #form: number;
  readonly #proofs: number;
  readonly #born: number;
  readonly #filled = new Set<number>();

  constructor(
    private readonly latin: string,
    private readonly lockedSize: number,
  ) {
    const all = tables(latin);
    this.#locked = tables(latin.slice(0, lockedSize));
    this.#added = all.slice(this.#locked.length);
    if (this.#locked.some((table, n) => table.at !== all[n]?.at)) throw new SyntaxError("another file below");
    for (const table of this.#locked) this.#place(table);
    this.#born = Math.max(...this.#places.keys()) + 1;
    const catalog = this.#object(numberOf(this.#root(this.#locked)));
    this.#form = numberOf(catalog.get("/AcroForm"));
    this.#proofs = numberOf(catalog.get("/DSS"));
  }

  allowed(): boolean {
    return this.#added.every((table, n) => {
      const begin = this.#added[n - 1]?.at ?? this.lockedSize;
      const good = this.#root([table]) === this.#root(this.#locked) && [...table.places].every(([number, at]) => begin <= at && at < table.at && this.#may(number, at));
      this.#place(table);
      return good;
    });
  }

  /** New objects are seen only where one that was there names them. */
  #may(number: number, at: number): boolean {
    if (number >= this.#born) return !this.#places.has(number) && objectNumber(this.latin, at) === number;
    const [before, after] = [this.#object(number), dictionaryOf(this.latin, number, at)];
    if (number === this.#proofs) return after.get("/Type") === "/DSS" || !after.has("/Type");
    if (number === this.#form) return grown(before, after, "/Fields") !== null;
    if (before.get("/Type") === "/Page") return this.#stampsAlone(grown(before, after, ANNOTATIONS), at);
    return this.#fills(number, before, after);
  }

  /** Each field is filled in once, where it stands; what draws it is cut off at its edges (12.5.5). */
  #fills(number: number, before: Dictionary, after: Dictionary): boolean {
    const [once, kept] = [!this.#filled.has(number), ["/Type", "/Subtype", "/FT", "/Rect", "/T", "/P"]];
    this.#filled.add(number);
    return once && before.get("/Subtype") === "/Widget" && kept.every((key) => before.get(key) === after.get(key));
  }

  /** What a page gets beside its own is the fields of archive time stamps, out of sight. */
  #stampsAlone(more: readonly string[] | null, at: number): boolean {
    const table = this.#added.find((one) => one.at > at);
    return more !== null && more.every((reference) => {
      const number = numberOf(reference);
      const field = dictionaryOf(this.latin, number, table?.places.get(number) ?? -1);
      return field.get("/FT") === "/Sig" && field.get("/Rect") === NOWHERE && !field.has("/AP") && !field.has("/Kids");
    });
  }

  #object(number: number): Dictionary {
    return dictionaryOf(this.latin, number, this.#places.get(number) ?? -1);
  }

  #place(table: Table): void {
    for (const [number, at] of table.places) this.#places.set(number, at);
  }

  #root(found: readonly Table[]): string {
    return found.at(-1)?.trailer.get("/Root") ?? "";
  }
}

/** References a list gained at its end; null where anything else of the dictionary changed. */
function grown(before: Dictionary, after: Dictionary, list: string): string[] | null {
  const rest = (one: Dictionary): string => [...one].filter(([key]) => key !== list).map((pair) => pair.join(" ")).sort().join("\n");
  const [old, now] = [before, after].map((one) => references(one.get(list) ?? "[ ]")) as [string[], string[]];
  const kept = old.every((reference, n) => now[n] === reference);
  return kept && rest(before) === rest(after) ? now.slice(old.length) : null;
}

/** Every table of a file that ends here, the oldest first. */
function tables(latin: string): Table[] {
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

function objectNumber(latin: string, at: number): number {
  return Number(match(OBJECT, latin, at)?.[1] ?? Number.NaN);
}

function dictionaryOf(latin: string, number: number, at: number): Dictionary {
  if (at < 0 || objectNumber(latin, at) !== number) throw new SyntaxError("no such object");
  return dictionaryAt(latin, OBJECT.lastIndex);
}

function match(pattern: RegExp, latin: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(latin);
}

function numberOf(reference: string | undefined): number {
  const found = /^([1-9]\d{0,8}) 0 R$/.exec(reference ?? "");
  if (found === null) throw new SyntaxError("no reference");
  return Number(found[1]);
}
