// What was appended to the locked PDF fills in its form, adds signatures and what proves them, and does nothing else.
import type { Bytes } from "./bytes.ts";
import { type Dictionary, references } from "./dictionary.ts";
import { Objects, type Table, dictionaryOf, numberOf, objectNumber, tables } from "./objects.ts";

/** Where a stamp's field is put, so that it shows on no page. */
const NOWHERE = "[ -9999 -9999 -9999 -9999 ]";
const ANNOTATIONS = "/Annots";

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
  /** As of the table that is looked at. */
  readonly #objects: Objects;
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
    this.#objects = new Objects(latin);
    for (const table of this.#locked) this.#objects.put(table);
    this.#born = this.#objects.next;
    const catalog = this.#objects.dictionary(numberOf(this.#root(this.#locked)));
    this.#form = numberOf(catalog.get("/AcroForm"));
    this.#proofs = numberOf(catalog.get("/DSS"));
  }

  allowed(): boolean {
    return this.#added.every((table, n) => {
      const begin = this.#added[n - 1]?.at ?? this.lockedSize;
      const good = this.#root([table]) === this.#root(this.#locked) && [...table.places].every(([number, at]) => begin <= at && at < table.at && this.#may(number, at));
      this.#objects.put(table);
      return good;
    });
  }

  /** New objects are seen only where one that was there names them. */
  #may(number: number, at: number): boolean {
    if (number >= this.#born) return !this.#objects.has(number) && objectNumber(this.latin, at) === number;
    const [before, after] = [this.#objects.dictionary(number), dictionaryOf(this.latin, number, at)];
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
