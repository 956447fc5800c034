// A signature as CMS (RFC 5652) in DER, by one signer: the PDF's own, and the tokens of time stamps.
import { type Hash, digested, fits, hashOf } from "./algorithms.ts";
import { type Bytes, hex, join, same, unhex } from "./bytes.ts";
import { type Certificate, certificate } from "./certificate.ts";
import { type Element, OCTETS, SEQUENCE, SET, elements, part, whole } from "./der.ts";

const [CONTEXT_0, CONTEXT_1] = [0xa0, 0xa1];
const SIGNED = unhex("06092a864886f70d010702");
// Attributes by the DER of their object identifiers.
const CONTENT_TYPE = "06092a864886f70d010903";
const MESSAGE_DIGEST = "06092a864886f70d010904";
const SIGNING_CERTIFICATE = "060b2a864886f70d010910020c"; // with SHA-1 (RFC 2634): old time stamps alone
const SIGNING_CERTIFICATE_2 = "060b2a864886f70d010910022f"; // RFC 5035, which CAdES demands

export interface Signature {
  /** What kind of content is signed, as DER, and the content where it is inside. */
  readonly kind: string;
  readonly content: Bytes | null;
  readonly signer: Certificate;
  /** Every certificate beside the signature. */
  readonly beside: readonly Certificate[];
  readonly value: Bytes;
  readonly signed: ReadonlyMap<string, Element>;
  readonly unsigned: ReadonlyMap<string, Element>;
  readonly message: Bytes;
  readonly hash: Bytes;
  readonly algorithm: Bytes;
}

/** The signature in these bytes; throws for anything else. */
export function readSignature(bytes: Bytes): Signature {
  const [outer] = elements(bytes, 1);
  const [name, inside] = elements(part(outer, SEQUENCE), 2);
  if (!same(whole(name), SIGNED)) throw new SyntaxError("no signature");
  const [body] = elements(part(inside, CONTEXT_0), 1);
  const fields = elements(part(body, SEQUENCE));
  const [kind, content] = elements(part(fields[2], SEQUENCE));
  const beside = elements(part(fields[3], CONTEXT_0)).map((one) => certificate(one.whole));
  const [only] = elements(part(fields.at(-1), SET), 1);
  return { kind: hex(whole(kind)), content: contentIn(content), beside, ...signerIn(elements(part(only, SEQUENCE)), beside) };
}

function contentIn(found: Element | undefined): Bytes | null {
  return found === undefined ? null : part(elements(part(found, CONTEXT_0), 1)[0], OCTETS);
}

function signerIn(fields: Element[], beside: readonly Certificate[]) {
  const [, whose, hash, attributes, algorithm, value, more] = fields;
  const [issuer, serial] = elements(part(whose, SEQUENCE), 2);
  const signer = beside.find((one) => same(one.issuer, whole(issuer)) && same(one.serial, whole(serial)));
  if (signer === undefined) throw new SyntaxError("no certificate of the signer");
  return {
    signer,
    hash: whole(hash),
    signed: attributesIn(part(attributes, CONTEXT_0)),
    // What is signed is the attributes as a SET OF (RFC 5652, 5.4).
    message: join(Uint8Array.of(SET), whole(attributes).subarray(1)),
    algorithm: whole(algorithm),
    value: part(value, OCTETS),
    unsigned: more === undefined ? new Map<string, Element>() : attributesIn(part(more, CONTEXT_1)),
  };
}

/** Attribute SEQUENCE { name, SET OF value }: the first value of each. */
function attributesIn(bytes: Bytes): Map<string, Element> {
  return new Map(
    elements(bytes).map((one) => {
      const [name, values] = elements(part(one, SEQUENCE), 2);
      const [value] = elements(part(values, SET));
      if (value === undefined) throw new SyntaxError("an attribute without a value");
      return [hex(whole(name)), value] as const;
    }),
  );
}

/**
 * Whether it is a signature of `content` by the certificate that it names itself; null where it was
 * made by an algorithm this page does not know.
 */
export async function signs(one: Signature, content: Bytes): Promise<boolean | null> {
  const hash = hashOf(one.hash);
  if (hash === null) return null;
  const kind = one.signed.get(CONTENT_TYPE);
  const digest = part(one.signed.get(MESSAGE_DIGEST), OCTETS);
  if (hex(whole(kind)) !== one.kind || !same(digest, await digested(hash, content))) return false;
  return (await namesItsCertificate(one)) && fits(one.signer.key, one.algorithm, hash, one.message, one.value);
}

/** SEQUENCE { SEQUENCE OF SEQUENCE { hash AlgorithmIdentifier?, digest OCTET STRING, … } } (RFC 5035, 3 and 4). */
async function namesItsCertificate({ signed, signer }: Signature): Promise<boolean> {
  const [newer, older] = [signed.get(SIGNING_CERTIFICATE_2), signed.get(SIGNING_CERTIFICATE)];
  const [list] = elements(part(newer ?? older, SEQUENCE));
  const [named] = elements(part(list, SEQUENCE));
  const fields = elements(part(named, SEQUENCE));
  let hash: Hash | null = newer ? "SHA-256" : "SHA-1";
  if (newer && fields[0]?.tag === SEQUENCE) hash = hashOf(whole(fields.shift()));
  return hash !== null && same(part(fields[0], OCTETS), await digested(hash, signer.der));
}
