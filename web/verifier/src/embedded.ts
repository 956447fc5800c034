// What a PDF carries under a name, wherever a reader may look for it (ISO 32000-1, 7.11.4; ISO 19005-3, 6.8).
import { type Bytes, join, unhex } from "./bytes.ts";
import { Objects, numberOf, tables } from "./objects.ts";

const REFERENCE = /[1-9]\d{0,8} 0 R/g;
const NAMES = ["/UF", "/F"] as const;

/**
 * Every file embedded under this name, of what must be unpacked no more than `most` bytes and one; null where this browser cannot.
 * Throws for a PDF we did not write. What stands behind the end of the file is another question.
 */
export async function embedded(pdf: Bytes, name: string, most: number): Promise<Bytes[] | null> {
  const whole = new TextDecoder("latin1").decode(pdf);
  const latin = whole.slice(0, whole.lastIndexOf("%%EOF") + 6);
  const [all, objects] = [tables(latin), new Objects(latin)];
  for (const table of all) objects.put(table);
  const catalog = objects.dictionary(numberOf(all.at(-1)?.trailer.get("/Root")));
  const files = new Set(["/AF", "/Names"].flatMap((list) => catalog.get(list)?.match(REFERENCE) ?? []));
  const found = new Set<number>();
  for (const file of files) {
    const said = objects.dictionary(numberOf(file));
    const contents = said.get("/EF")?.match(REFERENCE);
    if (!contents) throw new SyntaxError("no file");
    if (NAMES.some((key) => words(said.get(key) ?? "") === name)) contents.forEach((one) => found.add(numberOf(one)));
  }
  // What browsers call latin1 keeps each byte's place, and not each byte.
  const contents = await Promise.all([...found].map((number) => content(objects, number, pdf.slice(...objects.stream(number)), most)));
  return contents.every((one) => one !== null) ? contents : null;
}

async function content(objects: Objects, number: number, bytes: Bytes, most: number): Promise<Bytes | null> {
  const filter = objects.dictionary(number).get("/Filter");
  if (filter === undefined) return bytes;
  if (filter === "/ASCIIHexDecode") return ofDigits(bytes);
  if (filter !== "/FlateDecode" || objects.dictionary(number).has("/DecodeParms")) throw new SyntaxError("another filter");
  if (typeof DecompressionStream === "undefined") return null;
  return atMost(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")), most);
}

/** As our writer leaves them: lower case, without blanks, and the end marked (7.4.2). */
function ofDigits(bytes: Bytes): Bytes {
  const digits = new TextDecoder("latin1").decode(bytes);
  if (!digits.endsWith(">")) throw new SyntaxError("no end");
  return unhex(digits.slice(0, -1));
}

/** A small file can unpack to gigabytes: it is let go once it is too long to be what was looked for. */
async function atMost(stream: ReadableStream<Bytes>, most: number): Promise<Bytes> {
  const [reader, parts] = [stream.getReader(), [] as Bytes[]];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    size += part.value.length;
    if (size > most) break;
  }
  await reader.cancel();
  return join(...parts).slice(0, most + 1);
}

/** A text string without what escapes it (7.3.4.2, 7.9.2.2). */
function words(source: string): string {
  if (source.startsWith("<")) return new TextDecoder("utf-16be").decode(Uint8Array.from(source.match(/[0-9A-Fa-f]{2}/g) ?? [], (two) => Number.parseInt(two, 16)));
  return source.slice(1, -1).replace(/\\([0-7]{3}|.)/g, (_, one: string) => (one.length === 3 ? String.fromCharCode(Number.parseInt(one, 8)) : one));
}
