// Where signatures stand in a PDF. Each is a gap in the bytes that it covers, which begin with the file:
// /Contents <gap> and then /ByteRange [0 gap after rest] (ISO 32000-1, 12.8.1). Nothing else of a PDF is read.
import { type Bytes, join, unhex } from "./bytes.ts";
import { elementAt } from "./der.ts";

const RANGE = /\/ByteRange \[0 ([1-9]\d{0,8}) ([1-9]\d{0,8}) ([1-9]\d{0,8})\]/g;
const BEFORE = "/Contents ";
const CERTIFIES = /\/TransformMethod\s*\/DocMDP\s*\/TransformParams\s*<<\s*\/Type\s*\/TransformParams\s*\/V\s*\/1\.2\s*\/P\s+([123])\s*>>/;
const OBJECT = /\s([1-9]\d{0,8}) 0 obj\s*<<\s*$/;

export interface Range {
  readonly gap: number;
  readonly end: number;
  readonly covered: Bytes;
  /** The signature; null where the gap holds none. */
  readonly signature: Bytes | null;
  /** Whether nothing but zeros fills up the gap, which no signature covers that stands in it. */
  readonly filled: boolean;
  /** P of the certification that it is (ISO 32000-1, 12.8.2.2) and that the catalog names; 0 for none. */
  readonly permits: number;
}

/** Every signature's place, in the order of the file. */
export function ranges(pdf: Bytes): Range[] {
  const latin = new TextDecoder("latin1").decode(pdf);
  return [...latin.matchAll(RANGE)].flatMap((found) => {
    const [gap, after, rest] = found.slice(1).map(Number) as [number, number, number];
    const end = after + rest;
    const inside = latin.slice(gap, after);
    // The range stands right behind its own gap: words on a page that look like one are none.
    const own = end <= pdf.length && gap < after && latin.slice(after).trimStart().startsWith(found[0]);
    if (!own || latin.slice(gap - BEFORE.length, gap) !== BEFORE || !/^<[0-9A-Fa-f]*>$/.test(inside)) return [];
    const covered = join(pdf.subarray(0, gap), pdf.subarray(after, end));
    const permits = permitted(latin.slice(0, gap - BEFORE.length), latin.slice(after, end));
    return [{ gap, end, covered, permits, ...inGap(inside.slice(1, -1).toLowerCase()) }];
  });
}

function permitted(before: string, behind: string): number {
  const object = OBJECT.exec(before.slice(-40))?.[1];
  if (object === undefined || !new RegExp(`/Perms\\s*<<\\s*/DocMDP ${object} 0 R\\s*>>`).test(before)) return 0;
  return Number(CERTIFIES.exec(behind.split("endobj")[0] ?? "")?.[1] ?? 0);
}

function inGap(digits: string): { signature: Bytes | null; filled: boolean } {
  try {
    const bytes = unhex(digits);
    const signature = elementAt(bytes).whole;
    return { signature, filled: bytes.subarray(signature.length).every((byte) => byte === 0) };
  } catch {
    return { signature: null, filled: false };
  }
}
