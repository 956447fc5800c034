// The same record as an ASiC-E container (ETSI EN 319 162-1) with a CAdES signature. All of it but the
// signature's own bytes follows from the record: checking means making it again.
import { type Bytes, same, unhex, utf8 } from "./bytes.ts";
import type { Certificate } from "./certificate.ts";
import { sha256, signed } from "./crypto.ts";
import { OCTETS, SEQUENCE, SET, der, elements, part, setOf } from "./der.ts";

export const MIMETYPE = "mimetype";
export const MIMETYPE_CONTENT = "application/vnd.etsi.asic-e+zip";
export const CONTAINER_MANIFEST = "META-INF/ASiCManifest001.xml";
export const CONTAINER_SIGNATURE = "META-INF/signature001.p7s";
export const CONTAINER: readonly string[] = [CONTAINER_MANIFEST, CONTAINER_SIGNATURE];

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<asic:SigReference URI="${CONTAINER_SIGNATURE}" MimeType="application/pkcs7-signature"/>
`;
const VERSION_1 = Uint8Array.of(2, 1, 1);
// Object identifiers and algorithms, each as the whole DER element.
const PLAIN = unhex("06092a864886f70d010701");
const SIGNED_CONTENT = unhex("06092a864886f70d010702");
const SHA256 = unhex("300d06096086480165030402010500");
const ECDSA_SHA256 = unhex("300a06082a8648ce3d040302");
const CONTENT_TYPE = unhex("06092a864886f70d010903");
const MESSAGE_DIGEST = unhex("06092a864886f70d010904");
const SIGNING_TIME = unhex("06092a864886f70d010905");
const SIGNING_CERTIFICATE = unhex("060b2a864886f70d010910022f");
const [UTC_TIME, GENERAL_TIME, FIRST_GENERAL_YEAR] = [0x17, 0x18, 2050];
const CONTEXT_0 = 0xa0;

/** The container's manifest of files given by name and SHA-256 in hexadecimal digits. */
export function containerManifest(recordId: string, digests: ReadonlyMap<string, string>): Bytes {
  const named = [...digests].filter(([name]) => !CONTAINER.includes(name));
  const lines = named.map(([name, digest]) => [`${recordId}/${name}`, digest] as const).sort(([one], [other]) => (one < other ? -1 : 1));
  return utf8(`${HEAD}${lines.map(([name, digest]) => reference(name, digest)).join("")}</asic:ASiCManifest>\n`);
}

function reference(name: string, digest: string): string {
  const uri = encodeURIComponent(name).replaceAll("%2F", "/").replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const value = btoa(String.fromCharCode(...unhex(digest)));
  return (
    `<asic:DataObjectReference URI="${uri}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>` +
    `<ds:DigestValue>${value}</ds:DigestValue></asic:DataObjectReference>\n`
  );
}

/** Whether `made` is the seal's signature over `content`, made at that moment, and nothing else. */
export async function holdsDetached(
  made: Bytes,
  content: Bytes,
  seal: Certificate,
  issuer: Certificate,
  at: string,
): Promise<boolean> {
  try {
    const signature = signatureIn(made);
    const attributes = await signedAttributes(content, seal, new Date(at));
    if (!same(made, assembled(attributes, seal, issuer, signature))) return false;
    return await signed(seal.key, setOf(SET, attributes), signature);
  } catch {
    return false;
  }
}

function signatureIn(made: Bytes): Bytes {
  const [outer] = elements(made, 1);
  const [, content] = elements(part(outer, SEQUENCE), 2);
  const [body] = elements(part(content, CONTEXT_0), 1);
  const signers = elements(part(body, SEQUENCE), 5)[4];
  const [signer] = elements(part(signers, SET), 1);
  return part(elements(part(signer, SEQUENCE), 6)[5], OCTETS);
}

async function signedAttributes(content: Bytes, seal: Certificate, at: Date): Promise<Bytes[]> {
  const known = der(SEQUENCE, der(OCTETS, await sha256(seal.der)));
  const values: [Bytes, Bytes][] = [
    [CONTENT_TYPE, PLAIN],
    [SIGNING_TIME, time(at)],
    [MESSAGE_DIGEST, der(OCTETS, await sha256(content))],
    [SIGNING_CERTIFICATE, der(SEQUENCE, der(SEQUENCE, known))],
  ];
  return values.map(([name, value]) => der(SEQUENCE, name, der(SET, value)));
}

/** RFC 5652, 11.3: UTCTime until 2049, GeneralizedTime after. */
function time(at: Date): Bytes {
  const digits = `${at.toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;
  return at.getUTCFullYear() < FIRST_GENERAL_YEAR ? der(UTC_TIME, utf8(digits.slice(2))) : der(GENERAL_TIME, utf8(digits));
}

function assembled(attributes: Bytes[], seal: Certificate, issuer: Certificate, signature: Bytes): Bytes {
  const signer = der(
    SEQUENCE,
    VERSION_1,
    der(SEQUENCE, seal.issuer, seal.serial),
    SHA256,
    setOf(CONTEXT_0, attributes),
    ECDSA_SHA256,
    der(OCTETS, signature),
  );
  const body = der(
    SEQUENCE,
    VERSION_1,
    der(SET, SHA256),
    der(SEQUENCE, PLAIN),
    setOf(CONTEXT_0, [seal.der, issuer.der]),
    der(SET, signer),
  );
  return der(SEQUENCE, SIGNED_CONTENT, der(CONTEXT_0, body));
}
