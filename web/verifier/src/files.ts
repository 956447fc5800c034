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

/** The files inside the one folder at the top of a ZIP. */
export function fromZip(bytes: Bytes): Files {
  const names = new Names();
  const files = new Map<string, Bytes>();
  for (const [name, content] of Object.entries(unzipped(bytes, names))) files.set(belowTop(name), content as Bytes);
  if (files.size !== names.count) throw new RefusedError("names_twice");
  return withoutMimetype(files);
}

function unzipped(bytes: Bytes, names: Names): Unzipped {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name.endsWith("/")) return false;
        names.take(name, originalSize);
        return true;
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
    async (one) => [belowTop(one.webkitRelativePath || one.name), new Uint8Array(await one.arrayBuffer())] as const,
  );
  return withoutMimetype(new Map(await Promise.all(read)));
}

/** Counts what comes in, and refuses before any of it is unpacked. */
class Names {
  readonly #seen = new Set<string>();
  #size = 0;

  get count(): number {
    return this.#seen.size;
  }

  take(name: string, size: number): void {
    if (UNSAFE.test(name)) throw new RefusedError("unsafe_names");
    if (this.#seen.has(name)) throw new RefusedError("names_twice");
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

function belowTop(name: string): string {
  if (name.startsWith("META-INF/") || isRenewal(name)) return name;
  const cut = name.indexOf("/");
  return cut < 0 ? name : name.slice(cut + 1);
}
