// Each signer: what was signed, with whose key, and whether it is this very text.
import { sm3Hex } from "@heyi/core/sm3.ts";
import { type Bytes, pemBody } from "./bytes.ts";
import { type Json, type JsonObject, isObject, readObject, textAt } from "./canonical.ts";
import { beyondBrowsers, sha256Hex, signed } from "./crypto.ts";
import type { Files } from "./files.ts";
import type { Signer } from "./report.ts";

const FORMAT = 1;
const NONE = new Uint8Array();
const NOTHING: Stated = { statement: "", key: "", certificate: null, open: false };

/** Digests of a statement, of the key that it names and of the certificate beside it; whether that key is in SM2. */
export interface Stated {
  readonly statement: string;
  readonly key: string;
  /** null where the record has none. */
  readonly certificate: string | null;
  readonly open: boolean;
}

/** The digests that a statement has to name, and the locked PDF itself. */
export interface Text {
  readonly agreement: string;
  readonly locked: string;
  readonly pdf: Bytes;
}

export interface Judged {
  readonly signer: Signer;
  readonly statementName: string;
  readonly bad: readonly string[];
  /** What the PDF's own signature has to fit. */
  readonly said: Stated;
  readonly open: readonly string[];
}

/** A signer's folder, whose name is percent-encoded as RFC 3986 says. */
export const folderOf = (id: string): string =>
  `signatures/${encodeURIComponent(id).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/** Whom the agreement wants to sign: id to name. */
export function expectedSigners(agreement: Bytes): ReadonlyMap<string, string> {
  try {
    const found = readObject(agreement) as unknown as { parties: { signers: Json[] }[]; [role: string]: unknown };
    const officials = ["mediator", "recorder"].map((role) => found[role] as Json).filter(Boolean);
    const all = [...found.parties.flatMap((party) => party.signers), ...officials].filter(isObject);
    return new Map(all.map((one) => [textAt(one, "signer_id"), textAt(one, "name")]));
  } catch {
    return new Map();
  }
}

/** Who signs for the committee, in the order of the law. */
export function officialsOf(agreement: Bytes): readonly string[] {
  const found = readObject(agreement);
  return ["mediator", "recorder"].flatMap((role) => {
    const one = found?.[role];
    return isObject(one) ? [textAt(one, "signer_id")] : [];
  });
}

/** Judges one signer. `name` is the one in the agreement. */
export async function judgeSigner(files: Files, id: string, name: string, text: Text): Promise<Judged> {
  const statementName = `${folderOf(id)}/statement.json`;
  const statement = readObject(files.get(statementName) ?? NONE);
  if (statement?.["v"] !== FORMAT) {
    return { signer: unread(id, name), statementName, bad: [statementName], open: [], said: NOTHING };
  }
  const certificate = files.get(`${folderOf(id)}/certificate.pem`);
  const digests = {
    statement: await sha256Hex(files.get(statementName) ?? NONE),
    key: textAt(statement, "key_sha256"),
    certificate: certificate === undefined ? null : await sha256Hex(bodyOf(certificate)),
  };
  const bad = await badParts(files, id, statement);
  const open = beyondBrowsers(bodyOf(files.get(`${folderOf(id)}/public_key.pem`) ?? NONE)) ? [`${folderOf(id)}/signature.bin`] : [];
  const named = statement["agreement_sha256"] === text.agreement && statement["pdf_sha256"] === text.locked;
  const sameText = named && alsoInSm3(statement, "pdf_sm3", text.pdf);
  // A statement of somebody else's in this folder fits no signature in the PDF.
  const own = statement["signer_id"] === id ? { ...digests, open: open.length > 0 } : NOTHING;
  const signer = { ...unread(id, name), ...said(statement), signatureHolds: bad.length === 0, sameText, open: open.length > 0 };
  return { signer, statementName, bad, open, said: own };
}

const unread = (id: string, name: string): Signer => ({
  id,
  name,
  role: "",
  at: "",
  keyControl: "",
  signatureHolds: false,
  sameText: false,
});

const said = (statement: JsonObject) => ({
  role: textAt(statement, "role"),
  at: textAt(statement, "at"),
  keyControl: textAt(statement, "key_control"),
});

async function badParts(files: Files, id: string, statement: JsonObject): Promise<string[]> {
  const folder = folderOf(id);
  const file = (name: string): Bytes => files.get(`${folder}/${name}`) ?? NONE;
  const key = bodyOf(file("public_key.pem"));
  const message = file("statement.json");
  const holds: [string, boolean][] = [
    ["statement.json", statement["signer_id"] === id],
    ["public_key.pem", (await sha256Hex(key)) === statement["key_sha256"] && alsoInSm3(statement, "key_sm3", key)],
    ["signature.bin", beyondBrowsers(key) || (await signed(key, message, file("signature.bin")))],
    ["handwriting.png", await pictured(files.get(`${folder}/handwriting.png`), statement, "handwriting")],
    ["strokes.json", await pictured(files.get(`${folder}/strokes.json`), statement, "strokes")],
  ];
  return holds.filter(([, held]) => !held).map(([name]) => `${folder}/${name}`);
}

/** A picture is there if and only if the statement names it. */
async function pictured(file: Bytes | undefined, statement: JsonObject, field: string): Promise<boolean> {
  const named = statement[`${field}_sha256`];
  if (file === undefined) return named === null && !(`${field}_sm3` in statement);
  return (await sha256Hex(file)) === named && alsoInSm3(statement, `${field}_sm3`, file);
}

/** Whether the SM3 of these bytes that is told under a name, where it is, is that. */
export const alsoInSm3 = (told: JsonObject, name: string, bytes: Bytes): boolean =>
  !(name in told) || told[name] === sm3Hex(bytes);

function bodyOf(pem: Bytes): Bytes {
  try {
    return pemBody(pem);
  } catch {
    return NONE;
  }
}
