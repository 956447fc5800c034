// The signatures inside the PDF: by which key, when, and up to where.
import { isSm2 } from "./algorithms.ts";
import type { Bytes } from "./bytes.ts";
import { fingerprint, statementIn } from "./certificate.ts";
import { type End, endOf, topOf } from "./chain.ts";
import { type Signature, readSignature, signs } from "./cms.ts";
import { sha256Hex } from "./crypto.ts";
import { type Range, ranges } from "./ranges.ts";
import { STAMP, STAMP_BESIDE, type Stamp, isoMoment, readStamp } from "./stamp.ts";

/** One signature. `holds` and `stamped` are null where an algorithm is unknown to this page. */
export interface PdfSignature {
  readonly end: number;
  /** Whether it comes after the one before it. */
  readonly follows: boolean;
  readonly isStamp: boolean;
  readonly holds: boolean | null;
  readonly stamped: boolean | null;
  readonly at: string;
  readonly keySha256: string;
  readonly certificateSha256: string;
  readonly statementSha256: string;
  /** P of the certification that it is; 0 for none. */
  readonly permits: number;
  /** Fingerprint of who issued its certificate in the end; null: in SM2; none has a stamp alone. */
  readonly tops: readonly (string | null)[];
  /** Where the way up from its time stamp's ends. */
  readonly stampTops: readonly End[];
}

/** Every signature of a PDF, in the order of the file. */
export async function pdfSignatures(pdf: Bytes): Promise<PdfSignature[]> {
  const found = ranges(pdf);
  return Promise.all(found.map((range, n) => judged(range, range.gap > (found[n - 1]?.end ?? 0))));
}

async function judged(range: Range, follows: boolean): Promise<PdfSignature> {
  const { end, permits } = range;
  const unread = { end, permits, follows, isStamp: false, holds: false, stamped: false, at: "", keySha256: "", certificateSha256: "", statementSha256: "", tops: [""], stampTops: [] };
  try {
    if (range.signature === null) return unread;
    const signature = readSignature(range.signature);
    if (signature.kind === STAMP) return { ...unread, ...(await archiveStamp(signature, range)) };
    const stamp = await stampBeside(signature);
    return {
      ...unread,
      holds: range.filled && (await signs(signature, range.covered)),
      stamped: stamp === null ? false : stamp.holds,
      at: stamp === null ? "" : isoMoment(stamp.moment),
      keySha256: await sha256Hex(signature.signer.key),
      certificateSha256: await fingerprint(signature.signer),
      statementSha256: statementIn(signature.signer),
      tops: [await topOfSigner(signature, stamp)],
      stampTops: stamp === null ? [] : [await stampTop(stamp)],
    };
  } catch {
    return unread;
  }
}

async function archiveStamp(signature: Signature, { covered, filled }: Range) {
  const stamp = await readStamp(signature, covered);
  return { isStamp: true, holds: filled && stamp.holds, stamped: stamp.holds, at: isoMoment(stamp.moment), tops: [], stampTops: [await stampTop(stamp)] };
}

async function stampBeside(signature: Signature): Promise<Stamp | null> {
  const token = signature.unsigned.get(STAMP_BESIDE);
  return token === undefined ? null : readStamp(readSignature(token.whole), signature.value);
}

const stampTop = ({ token, moment }: Stamp): Promise<End> => endOf(token.signer, token.beside, moment);

/** As of the stamp; without one, as of when the certificate began. */
const topOfSigner = async ({ signer, beside }: Signature, stamp: Stamp | null): Promise<string | null> =>
  isSm2(signer.algorithm) ? null : topOf(signer, beside, stamp?.moment ?? signer.from);
