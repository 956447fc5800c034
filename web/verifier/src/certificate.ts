// As much of X.509 (RFC 5280) as it takes to see who issued a certificate and to which key.
import { type Bytes, pemBody, same } from "./bytes.ts";
import { sha256Hex, signed } from "./crypto.ts";
import { SEQUENCE, elements, part, whole } from "./der.ts";

const VERSION = 0xa0;
const BIT_STRING = 0x03;
// ecdsa-with-SHA256 (RFC 5758), the only one we issue with.
const ECDSA_SHA256 = Uint8Array.of(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);

export interface Certificate {
  readonly der: Bytes;
  readonly serial: Bytes;
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly key: Bytes;
  readonly signedPart: Bytes;
  readonly algorithm: Bytes;
  readonly signature: Bytes;
}

/** The certificate in a PEM; null where there is none. */
export function readCertificate(pem: Bytes): Certificate | null {
  try {
    return certificate(pemBody(pem));
  } catch {
    return null;
  }
}

/** SHA-256 of the certificate, which is its fingerprint. */
export const fingerprint = (one: Certificate): Promise<string> => sha256Hex(one.der);

/** Whether `issuer` issued `one`: named as the issuer, and signed with the issuer's key. */
export async function issuedBy(one: Certificate, issuer: Certificate): Promise<boolean> {
  if (!same(one.issuer, issuer.subject) || !same(one.algorithm, ECDSA_SHA256)) return false;
  return signed(issuer.key, one.signedPart, one.signature);
}

function certificate(der: Bytes): Certificate {
  const [outer] = elements(der, 1);
  const [body, algorithm, signature] = elements(part(outer, SEQUENCE), 3);
  const fields = elements(part(body, SEQUENCE));
  if (fields[0]?.tag === VERSION) fields.shift();
  const [serial, , issuer, , subject, key] = fields;
  return {
    der,
    serial: whole(serial),
    issuer: whole(issuer),
    subject: whole(subject),
    key: whole(key),
    signedPart: whole(body),
    algorithm: whole(algorithm),
    signature: part(signature, BIT_STRING).subarray(1),
  };
}
