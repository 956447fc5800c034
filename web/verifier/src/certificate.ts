// As much of X.509 (RFC 5280) as it takes to see who issued a certificate, to which key and for what.
import { fits } from "./algorithms.ts";
import { type Bytes, hex, pemBody, same, text } from "./bytes.ts";
import { sha256Hex } from "./crypto.ts";
import { type Element, OCTETS, SEQUENCE, SET, elements, part, whole } from "./der.ts";

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const BIT_STRING = 0x03;
const UTC_TIME = 0x17;
// Extensions by the DER of their object identifiers.
const CONSTRAINTS = "0603551d13";
const USAGES = "0603551d25";
const TIME_STAMPING = "06082b06010505070308";
const [COMMON_NAME, ORGANIZATION] = ["0603550403", "060355040a"];
const SERVER_ISSUED = "HEYI SERVER-ISSUED, NO LICENSED CA";
const [UTF8_STRING, PRINTABLE_STRING] = [0x0c, 0x13];
// SHA-256 of the consent statement, 2.25.147695838549358324613260014637242023729.
const STATEMENT = "06146981de9d97c3cababab0bd9bb283d3d1e1a9fe31";

export interface Certificate {
  readonly der: Bytes;
  readonly serial: Bytes;
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly key: Bytes;
  readonly from: string;
  readonly until: string;
  readonly extensions: ReadonlyMap<string, string>;
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
  if (!same(one.issuer, issuer.subject)) return false;
  return (await fits(issuer.key, one.algorithm, null, one.signedPart, one.signature)) === true;
}

/** Whether it may issue certificates: SEQUENCE { cA TRUE, … }. */
export const isAuthority = (one: Certificate): boolean =>
  /^30..0101ff/.test(one.extensions.get(CONSTRAINTS) ?? "");

/** Whether it is made for time stamps (RFC 3161, 2.3). */
export const makesStamps = (one: Certificate): boolean => one.extensions.get(USAGES)?.includes(TIME_STAMPING) ?? false;

/** The digest of the consent statement that it names; "" where it names none. */
export const statementIn = (one: Certificate): string => (one.extensions.get(STATEMENT) ?? "").slice(4);

/** The common name of whose certificate it is, "" where this server issued it or it names none. */
export function certifiedName(one: Certificate): string {
  const names = elements(part(elements(one.subject, 1)[0], SEQUENCE)).map((each) => {
    const [kind, name] = elements(part(elements(part(each, SET), 1)[0], SEQUENCE), 2);
    return [hex(whole(kind)), name] as const;
  });
  if (names.some(([kind, name]) => kind === ORGANIZATION && name && text(name.body) === SERVER_ISSUED)) return "";
  const common = names.find(([kind]) => kind === COMMON_NAME)?.[1];
  return common?.tag === UTF8_STRING || common?.tag === PRINTABLE_STRING ? text(common.body) : "";
}

/** Whether it was valid at a moment, YYYYMMDDhhmmssZ. */
export const validAt = (one: Certificate, moment: string): boolean => one.from <= moment && moment <= one.until;

/** A certificate in DER; throws for anything else. */
export function certificate(der: Bytes): Certificate {
  const [outer] = elements(der, 1);
  const [body, algorithm, signature] = elements(part(outer, SEQUENCE), 3);
  const fields = elements(part(body, SEQUENCE));
  if (fields[0]?.tag === VERSION) fields.shift();
  const [serial, , issuer, validity, subject, key, ...more] = fields;
  const [from, until] = elements(part(validity, SEQUENCE), 2).map(moment);
  return {
    der,
    serial: whole(serial),
    issuer: whole(issuer),
    subject: whole(subject),
    key: whole(key),
    from: from ?? "",
    until: until ?? "",
    extensions: extensions(more.find((one) => one.tag === EXTENSIONS)),
    signedPart: whole(body),
    algorithm: whole(algorithm),
    signature: part(signature, BIT_STRING).subarray(1),
  };
}

/** Four digits of the year: two of them mean 1950 to 2049 (RFC 5280, 4.1.2.5.1). */
function moment(one: Element): string {
  const digits = text(one.body);
  return one.tag === UTC_TIME ? `${digits < "50" ? "20" : "19"}${digits}` : digits;
}

/** Extension SEQUENCE { name, critical BOOLEAN?, OCTET STRING }, what is in them in hexadecimal digits. */
function extensions(found: Element | undefined): ReadonlyMap<string, string> {
  if (found === undefined) return new Map();
  const [list] = elements(found.body, 1);
  return new Map(
    elements(part(list, SEQUENCE)).map((one) => {
      const [name, ...rest] = elements(part(one, SEQUENCE));
      return [hex(whole(name)), hex(part(rest.at(-1), OCTETS))] as const;
    }),
  );
}
