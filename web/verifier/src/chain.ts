// Who issued a certificate in the end: up from issuer to issuer, as of a moment.
import { type Certificate, fingerprint, isAuthority, issuedBy, validAt } from "./certificate.ts";
import { same } from "./bytes.ts";

const LONGEST = 5;

/** Where the way up from a certificate ends, among those beside it. */
export interface End {
  /** Fingerprint of the last certificate, which may be the first; "" where the way up is broken. */
  readonly sha256: string;
  /** Whether somebody issued that one whose certificate is not beside it. */
  readonly open: boolean;
}
const BROKEN: End = { sha256: "", open: false };

export async function endOf(one: Certificate, beside: readonly Certificate[], moment: string): Promise<End> {
  let [here, left] = [one, LONGEST];
  while (validAt(here, moment) && left-- > 0) {
    if (same(here.issuer, here.subject)) return (await issuedBy(here, here)) ? { sha256: await fingerprint(here), open: false } : BROKEN;
    const above = await issuerOf(here, beside);
    if (above === null) return { sha256: await fingerprint(here), open: true };
    here = above;
  }
  return BROKEN;
}

/** Fingerprint of the topmost certificate that is beside it; "" where there is none or the way up is broken. */
export async function topOf(one: Certificate, beside: readonly Certificate[], moment: string): Promise<string> {
  const end = await endOf(one, beside, moment);
  return end.sha256 === (await fingerprint(one)) && end.open ? "" : end.sha256;
}

async function issuerOf(one: Certificate, beside: readonly Certificate[]): Promise<Certificate | null> {
  for (const other of beside) {
    if (!same(other.der, one.der) && isAuthority(other) && (await issuedBy(one, other))) return other;
  }
  return null;
}
