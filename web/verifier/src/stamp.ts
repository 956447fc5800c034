// Time stamps (RFC 3161): who says that some bytes were there, and when.
import { digested, hashOf } from "./algorithms.ts";
import { type Bytes, same, text } from "./bytes.ts";
import { makesStamps } from "./certificate.ts";
import { type Signature, signs } from "./cms.ts";
import { OCTETS, SEQUENCE, elements, part, whole } from "./der.ts";

/** What is signed: a TSTInfo. */
export const STAMP = "060b2a864886f70d0109100104";
/** The attribute beside a signature that holds a stamp over its value. */
export const STAMP_BESIDE = "060b2a864886f70d010910020e";
const GENERAL_TIME = 0x18;

export interface Stamp {
  readonly token: Signature;
  /** YYYYMMDDhhmmssZ */
  readonly moment: string;
  readonly holds: boolean | null;
}

/** The stamp in a token, judged against the bytes it is about; throws for anything else. */
export async function readStamp(token: Signature, bytes: Bytes): Promise<Stamp> {
  if (token.kind !== STAMP || token.content === null) throw new SyntaxError("no time stamp");
  const [outer] = elements(token.content, 1);
  const fields = elements(part(outer, SEQUENCE));
  const [algorithm, digest] = elements(part(fields[2], SEQUENCE), 2);
  const hash = hashOf(whole(algorithm));
  const said = hash !== null && same(part(digest, OCTETS), await digested(hash, bytes)) && makesStamps(token.signer);
  const moment = text(part(fields[4], GENERAL_TIME)).replace(/\..*Z$/, "Z");
  return { token, moment, holds: hash === null ? null : said && (await signs(token, token.content)) };
}

/** A stamp's moment as other dates are written. */
export const isoMoment = (moment: string): string =>
  moment.replace(/^(....)(..)(..)(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
