// Lines that nobody signs with a key: in ink, or aloud before witnesses. Staff attest what they saw of it.
import { type Bytes, pemBody, same } from "./bytes.ts";
import { type Json, type JsonObject, isObject, parse, readObject, textAt } from "./canonical.ts";
import { beyondBrowsers, sha256Hex, signed } from "./crypto.ts";
import type { Files } from "./files.ts";
import type { Signer } from "./report.ts";
import { type Text, alsoInSm3, folderOf } from "./signers.ts";

const FORMAT = 1;
const WITNESSES = 2;
const ELECTRONIC = "electronic";
const FOLDER = /^attested\/[^/]+\//;
const NONE = new Uint8Array();

/** One attestation, judged; `bad` are the files that make it fail. */
export interface Attested {
  readonly statement: JsonObject | null;
  readonly statementName: string;
  readonly sameText: boolean;
  readonly bad: readonly string[];
  readonly open: readonly string[];
}

/** A line of the agreement that is signed otherwise than with a key. */
interface Line {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly route: string;
}

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Every attestation of the record. */
export async function attestations(files: Files, text: Text): Promise<Attested[]> {
  const folders = new Set([...files.keys()].flatMap((name) => FOLDER.exec(name) ?? []));
  return Promise.all([...folders].sort().map((folder) => judged(files, folder, text)));
}

async function judged(files: Files, folder: string, text: Text): Promise<Attested> {
  const file = (name: string): Bytes => files.get(`${folder}${name}`) ?? NONE;
  const statementName = `${folder}statement.json`;
  const statement = readObject(file("statement.json"));
  if (statement?.["v"] !== FORMAT) return { statement: null, statementName, sameText: false, bad: [statementName], open: [] };
  const key = keyIn(file("public_key.pem"));
  const open = beyondBrowsers(key) ? [`${folder}signature.bin`] : [];
  const named = (await sha256Hex(key)) === statement["key_sha256"] && alsoInSm3(statement, "key_sm3", key);
  const bad = [
    ...(named && own(files, statement, key) ? [] : [`${folder}public_key.pem`]),
    ...(open.length > 0 || (await signed(key, file("statement.json"), file("signature.bin"))) ? [] : [`${folder}signature.bin`]),
    ...(await badScans(files, statement)),
  ];
  const same = statement["agreement_sha256"] === text.agreement && statement["pdf_sha256"] === text.locked;
  const sameText = same && alsoInSm3(statement, "pdf_sm3", text.pdf);
  return { statement, statementName, sameText, bad, open };
}

/** Whether it is the key with which the same person signed the agreement, if he did and it is of the same suite. */
function own(files: Files, statement: JsonObject, key: Bytes): boolean {
  const found = files.get(`${folderOf(textAt(statement, "attester_id"))}/public_key.pem`);
  const other = found === undefined ? key : keyIn(found);
  return same(other, key) || beyondBrowsers(other) !== beyondBrowsers(key);
}

/** The scans that are not those compared. */
async function badScans(files: Files, statement: JsonObject): Promise<string[]> {
  if (statement["purpose"] !== "compare_paper") return [];
  const checked = saw(statement, "pages").map(async (page) => {
    const name = textAt(page, "file");
    const scan = files.get(name) ?? NONE;
    return (await sha256Hex(scan)) === page["sha256"] && alsoInSm3(page, "sm3", scan) ? [] : [name];
  });
  return (await Promise.all(checked)).flat();
}

const saw = (statement: JsonObject, what: string): JsonObject[] => {
  const seen = statement["saw"];
  return isObject(seen) ? objects(seen[what]) : [];
};

function keyIn(pem: Bytes): Bytes {
  try {
    return pemBody(pem);
  } catch {
    return NONE;
  }
}

function lines(agreement: Bytes): Line[] {
  try {
    const { parties } = parse(agreement) as { parties: Json[] };
    const signers = objects(parties).flatMap((party) => objects(party["signers"]));
    const all = signers.map((one) => ({ id: textAt(one, "signer_id"), name: textAt(one, "name"), role: textAt(one, "capacity"), route: textAt(one, "route") || ELECTRONIC }));
    return all.filter((line) => line.route !== ELECTRONIC);
  } catch {
    return [];
  }
}

/** Each of those lines as a signer, with whether what was attested is enough. */
export function attestedSigners(agreement: Bytes, found: readonly Attested[]): Signer[] {
  const sound = found.filter((one) => one.bad.length === 0 && one.sameText);
  const good = sound.flatMap((one) => (one.statement === null ? [] : [one.statement]));
  const told = new Set(sound.filter((one) => one.open.length === 0).map((one) => one.statement));
  return lines(agreement).map((line) => {
    const spoken = good.filter((said) => Array.isArray(said["signers"]) && said["signers"].includes(line.id));
    const enough = holds(line, spoken);
    const at = spoken.map((said) => textAt(said, "at")).sort().at(-1) ?? "";
    const attestedBy = spoken.map((said) => textAt(said, "attester_name"));
    return { id: line.id, name: line.name, role: line.role, at, keyControl: "", signatureHolds: enough, sameText: enough, open: !spoken.every((said) => told.has(said)), route: line.route, attestedBy };
  });
}

function holds(line: Line, spoken: readonly JsonObject[]): boolean {
  if (line.route === "wet_ink") return spoken.some((said) => said["purpose"] === "compare_paper" && sawInk(line, said));
  if (!spoken.some((said) => said["purpose"] === "record_declaration") || oneForTwo(spoken)) return false;
  return new Set(spoken.flatMap(witnesses)).size >= WITNESSES;
}

const witnesses = (said: JsonObject): string[] => saw(said, "witnesses").map((one) => textAt(one, "name"));

/** Whether one person, or one key, recorded and witnessed, or witnessed twice; by name where the record itself has the witness. */
function oneForTwo(spoken: readonly JsonObject[]): boolean {
  if (spoken.some((said) => said["purpose"] === "record_declaration" && witnesses(said).includes(textAt(said, "attester_name")))) return true;
  const heard = spoken.filter((said) => said["purpose"] === "record_declaration" || said["purpose"] === "witness_declaration");
  return ["attester_id", "key_sha256"].some((name) => new Set(heard.map((said) => said[name])).size < heard.length);
}

const sawInk = (line: Line, said: JsonObject): boolean =>
  saw(said, "lines").some((one) => one["signer"] === line.id && (one["signature"] === true || one["fingerprint"] === true));
