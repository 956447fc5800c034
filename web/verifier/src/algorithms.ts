// The algorithms of certificates and time stamps, which need not be ours: an authority may use RSA.
import { type Bytes, hex } from "./bytes.ts";
import { checked, rawSignature } from "./crypto.ts";
import { SEQUENCE, elements, part } from "./der.ts";

export type Hash = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
type Signing = { readonly name: "ECDSA" | "RSASSA-PKCS1-v1_5"; readonly hash: Hash | null };
type Curve = { readonly namedCurve: string; readonly half: number };

// By the object identifier's DER: RFC 5754, 5758, 8017, 5480.
const HASHES: Record<string, Hash> = {
  "0609608648016503040201": "SHA-256",
  "0609608648016503040202": "SHA-384",
  "0609608648016503040203": "SHA-512",
};
const SIGNINGS: Record<string, Signing> = {
  "06082a8648ce3d040302": { name: "ECDSA", hash: "SHA-256" },
  "06082a8648ce3d040303": { name: "ECDSA", hash: "SHA-384" },
  "06082a8648ce3d040304": { name: "ECDSA", hash: "SHA-512" },
  "06092a864886f70d010101": { name: "RSASSA-PKCS1-v1_5", hash: null },
  "06092a864886f70d01010b": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  "06092a864886f70d01010c": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" },
  "06092a864886f70d01010d": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
};
const CURVES: Record<string, Curve> = {
  "06082a8648ce3d030107": { namedCurve: "P-256", half: 32 },
  "06052b81040022": { namedCurve: "P-384", half: 48 },
};

/** The object identifier that begins an AlgorithmIdentifier; "" where none does. */
function first(algorithm: Bytes): string {
  const [outer] = elements(algorithm);
  const [name] = elements(outer?.body ?? new Uint8Array());
  return name === undefined ? "" : hex(name.whole);
}

/** Whether it is SM2 over SM3 (GM/T 0006), which no browser knows. */
export const isSm2 = (algorithm: Bytes): boolean => first(algorithm) === "06082a811ccf55018375";

/** The hash of a DER AlgorithmIdentifier; null for one not known here. */
export const hashOf = (algorithm: Bytes): Hash | null => HASHES[first(algorithm)] ?? null;

/** A digest. */
export const digested = async (hash: Hash, bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest(hash, bytes));

/**
 * Whether a signature fits a key (DER SPKI) by a DER AlgorithmIdentifier; null where this page knows
 * none of that kind. `hash` is the one beside it, for an algorithm that names none itself.
 */
export async function fits(key: Bytes, algorithm: Bytes, hash: Hash | null, message: Bytes, signature: Bytes): Promise<boolean | null> {
  const signing = SIGNINGS[first(algorithm)];
  const used = signing?.hash ?? hash;
  if (signing === undefined || used === null) return null;
  if (signing.name !== "ECDSA") return checked(key, { name: signing.name, hash: used }, signature, message);
  const curve = CURVES[curveOf(key)];
  if (curve === undefined) return null;
  const raw = rawSignature(signature, curve.half);
  return raw !== null && checked(key, { name: "ECDSA", namedCurve: curve.namedCurve, hash: used }, raw, message);
}

/** The named curve in SEQUENCE { SEQUENCE { algorithm, curve }, BIT STRING }. */
function curveOf(key: Bytes): string {
  const [algorithm] = elements(part(elements(key, 1)[0], SEQUENCE), 2);
  const [, curve] = elements(part(algorithm, SEQUENCE));
  return curve === undefined ? "" : hex(curve.whole);
}
