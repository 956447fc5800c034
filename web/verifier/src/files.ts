// The files of a record, out of its ZIP or its folder, trusting neither.
import { type Unzipped, unzipSync } from "fflate";
import type { Bytes } from "./bytes.ts";
import { MIMETYPE, MIMETYPE_CONTENT } from "./container.ts";

export type Files = ReadonlyMap<string, Bytes>;
export type Refusal = "not_a_package" | "too_large" | "too_many" | "names_twice" | "unsafe_names";

/** There is no record to read. */
export class RefusedError extends Error {
  constructor(readonly code: Refusal) {
    super(code);
  }
}

const LARGEST = 256 * 1024 * 1024; // bytes of all files together
const MOST_FILES = 2_000;
// A name that leads elsewhere on some system: absolute, with a drive, upwards, or not to be written.
const UNSAFE = /^\/|\\|^[A-Za-z]:|(^|\/)\.\.?(\/|$)|\/\/|\p{Cc}/u;

/** How the names begin of what a package holds beside its record: no record has such a name. */
const OUTSIDE = "../";
const ZIP = [0x50, 0x4b]; // "PK": nothing stands before it, a program, say, that unpacks another record

/** The files inside the one folder at the top of a ZIP, which is its manifest's. */
export function fromZip(bytes: Bytes): Files {
  if (!ZIP.every((byte, at) => bytes[at] === byte)) throw new RefusedError("not_a_package");
  const names = new Names();
  const entries = Object.entries(unzipped(bytes, names)) as [string, Bytes][];
  const merged = new Set(entries.map(([name]) => belowTop(name)));
  if (merged.size !== names.count) throw new RefusedError("names_twice");
  const top = topOf(entries.map(([name]) => name));
  return withoutMimetype(new Map([...bare(names), ...entries].map(([name, content]) => [place(name, top), content])));
}

/** The folder that holds the manifest, or else the first one, with its slash. */
function topOf(names: readonly string[]): string {
  const found = names.find((name) => /^[^/]+\/manifest\.json$/.test(name)) ?? names.find((name) => !BESIDE.test(name)) ?? "";
  return found.slice(0, found.indexOf("/") + 1);
}

/** The folders without a file count as files, by their names with a slash. */
const bare = ({ folders, files }: Names): [string, Bytes][] =>
  [...folders].filter((one) => ![...files].some((name) => name.startsWith(one))).map((one) => [one, new Uint8Array()]);

/** What a record calls a file of its package. */
function place(name: string, top: string): string {
  if (BESIDE.test(name) || name === MIMETYPE) return name;
  const below = name.startsWith(top) ? name.slice(top.length) : "";
  return below === "" || BESIDE.test(below) || below === MIMETYPE ? `${OUTSIDE}${name}` : below;
}

const BESIDE = /^(META-INF|renewals)\//;

function unzipped(bytes: Bytes, names: Names): Unzipped {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const folder = name.endsWith("/");
        names.take(name, folder ? 0 : originalSize);
        return !folder;
      },
    });
  } catch (error) {
    throw error instanceof RefusedError ? error : new RefusedError("not_a_package");
  }
}

/** The files a person picked as a folder. */
export async function fromFolder(picked: readonly File[]): Promise<Files> {
  const names = new Names();
  for (const one of picked) names.take(one.webkitRelativePath || one.name, one.size);
  const read = picked.map(
    async (one) => [inside(one.webkitRelativePath || one.name), new Uint8Array(await one.arrayBuffer())] as const,
  );
  return new Map(await Promise.all(read));
}

/** Counts what comes in, and refuses before any of it is unpacked. */
class Names {
  readonly #seen = new Set<string>();
  #size = 0;

  get folders(): readonly string[] {
    return [...this.#seen].filter((name) => name.endsWith("/"));
  }

  get files(): readonly string[] {
    return [...this.#seen].filter((name) => !name.endsWith("/"));
  }

  get count(): number {
    return this.files.length;
  }

  take(name: string, size: number): void {
    if (UNSAFE.test(name)) throw new RefusedError("unsafe_names");
    if (this.#seen.has(name) && !name.endsWith("/")) throw new RefusedError("names_twice");
    this.#seen.add(name);
    this.#size += size;
    if (this.#seen.size > MOST_FILES) throw new RefusedError("too_many");
    if (this.#size > LARGEST) throw new RefusedError("too_large");
  }
}

/** What only tells other programs that the ZIP is a container is no file of the record. */
function withoutMimetype(files: Map<string, Bytes>): Files {
  const found = files.get(MIMETYPE);
  if (found && String.fromCharCode(...found.subarray(0, 100)) === MIMETYPE_CONTENT) files.delete(MIMETYPE);
  return files;
}

/** Whether a file is of a renewal of the time stamp: it lies beside the record, not in it. */
export const isRenewal = (name: string): boolean => name.startsWith("renewals/");

const belowTop = (name: string): string => (BESIDE.test(name) ? name : withoutTop(name));

const withoutTop = (name: string): string => name.slice(name.indexOf("/") + 1);

/** In the folder of a record there are no renewals, whatever it is called. */
function inside(name: string): string {
  const below = withoutTop(name);
  return isRenewal(below) ? `${OUTSIDE}${below}` : below;
}
