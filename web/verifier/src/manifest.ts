// The manifest: what the committee signed for, every file by its digest.
import type { Bytes } from "./bytes.ts";
import { type JsonObject, isObject, readObject } from "./canonical.ts";

export interface FileDigest {
  readonly sha256: string;
  /** null where the machine that sealed had none. */
  readonly sm3: string | null;
  readonly size: number;
}

export interface Manifest {
  readonly recordId: string;
  readonly number: string;
  readonly committee: string;
  readonly committeeId: string;
  readonly caseId: string;
  readonly sealedAt: string;
  readonly effectiveOn: string;
  readonly agreementSha256: string;
  readonly lockedSize: number;
  readonly lockedSha256: string;
  readonly logHead: string;
  readonly signers: readonly string[];
  readonly files: ReadonlyMap<string, FileDigest>;
}

const FORMAT = 1;
const DAY = 10; // characters of a date
const MEMBERS =
  "agreement_sha256,case_id,committee_id,committee_name,effective_on,files,locked_pdf_sha256,locked_pdf_size," +
  "log_head,number,record_id,sealed_at,signers,v";
export const MANIFEST = "manifest.json";
export const MANIFEST_SIGNATURE = "manifest.sig";

/** The manifest in these bytes; null when it is none of ours. */
export function readManifest(bytes: Bytes | undefined): Manifest | null {
  const found = bytes === undefined ? null : readObject(bytes);
  try {
    return found?.["v"] === FORMAT ? manifest(found) : null;
  } catch {
    return null;
  }
}

function manifest(found: JsonObject): Manifest {
  const { files, signers } = found;
  if (!isObject(files) || !Array.isArray(signers)) throw new TypeError("no manifest");
  if (new Set(signers).size !== signers.length) throw new TypeError("a signer twice");
  if (Object.keys(found).join() !== MEMBERS) throw new TypeError("other members");
  return {
    recordId: aName(found["record_id"]),
    number: aText(found["number"]),
    committee: aText(found["committee_name"]),
    committeeId: aText(found["committee_id"]),
    caseId: aText(found["case_id"]),
    sealedAt: aMoment(found["sealed_at"]),
    effectiveOn: aMoment(`${aText(found["effective_on"])}T00:00:00.000Z`).slice(0, DAY),
    agreementSha256: aText(found["agreement_sha256"]),
    lockedSize: aSize(found["locked_pdf_size"]),
    lockedSha256: aText(found["locked_pdf_sha256"]),
    logHead: aText(found["log_head"]),
    signers: signers.map(aName),
    files: new Map(Object.entries(files).map(([name, said]) => [name, digest(said)])),
  };
}

function digest(said: unknown): FileDigest {
  const found = said as JsonObject;
  const sm3 = found["sm3"] === null ? null : aText(found["sm3"]);
  if (Object.keys(found).join() !== "sha256,size,sm3") throw new TypeError("other members");
  return { sha256: aText(found["sha256"]), sm3, size: aSize(found["size"]) };
}

function aText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("no text");
  return value;
}

/** What a folder may be named after. */
function aName(value: unknown): string {
  const name = aText(value);
  if (!/^[0-9A-Za-z][0-9A-Za-z_.-]*$/.test(name)) throw new TypeError("no name");
  return name;
}

function aMoment(value: unknown): string {
  const moment = aText(value);
  if (Number.isNaN(Date.parse(moment)) || new Date(moment).toISOString() !== moment) throw new TypeError("no moment");
  return moment;
}

function aSize(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError("no size");
  return value as number;
}
