// The manifest: what the committee signed for, every file by its digest.
import type { Bytes } from "./bytes.ts";
import { type JsonObject, isObject, readObject } from "./canonical.ts";

export interface FileDigest {
  readonly sha256: string;
  readonly size: number;
}

export interface Manifest {
  readonly recordId: string;
  readonly number: string;
  readonly committee: string;
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
  return {
    recordId: aText(found["record_id"]),
    number: aText(found["number"]),
    committee: aText(found["committee_name"]),
    caseId: aText(found["case_id"]),
    sealedAt: aText(found["sealed_at"]),
    effectiveOn: aText(found["effective_on"]),
    agreementSha256: aText(found["agreement_sha256"]),
    lockedSize: aSize(found["locked_pdf_size"]),
    lockedSha256: aText(found["locked_pdf_sha256"]),
    logHead: aText(found["log_head"]),
    signers: signers.map(aText),
    files: new Map(Object.entries(files).map(([name, said]) => [name, digest(said)])),
  };
}

function digest(said: unknown): FileDigest {
  const found = said as JsonObject;
  return { sha256: aText(found["sha256"]), size: aSize(found["size"]) };
}

function aText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("no text");
  return value;
}

function aSize(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError("no size");
  return value as number;
}
