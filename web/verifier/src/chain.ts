// Who issued a certificate in the end: up from issuer to issuer, as of a moment.
import { type Certificate, fingerprint, isAuthority, issuedBy, validAt } from "./certificate.ts";
import { same } from "./bytes.ts";

const LONGEST = 5;

/** Fingerprint of the topmost certificate that is beside it; "" where the way up is broken. */
export async function topOf(one: Certificate, beside: readonly Certificate[], moment: string): Promise<string> {
  let [here, left] = [one, LONGEST];
  while (validAt(here, moment) && left-- > 0) {
    if (same(here.issuer, here.subject)) return (await issuedBy(here, here)) ? fingerprint(here) : "";
    const above = await issuerOf(here, beside);
    if (above === null) return here === one ? "" : fingerprint(here);
    here = above;
  }
  return "";
}

async function issuerOf(one: Certificate, beside: readonly Certificate[]): Promise<Certificate | null> {
  for (const other of beside) {
    if (!same(other.der, one.der) && isAuthority(other) && (await issuedBy(one, other))) return other;
  }
  return null;
}
