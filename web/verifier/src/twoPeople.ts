// A text locked to be sealed by two people: one released the seal, another confirmed it by applying it.
import type { Attested } from "./attested.ts";
import type { Bytes } from "./bytes.ts";
import { type JsonObject, isObject, textAt } from "./canonical.ts";
import { sha256Hex } from "./crypto.ts";
import type { Files } from "./files.ts";
import { lastFacts, logBodies } from "./logBodies.ts";
import { type Fact, type TwoPeople, fact, factOr } from "./report.ts";
import { alsoInSm3 } from "./signers.ts";

const LOG = "log.jsonl";
const NONE = new Uint8Array();

interface Said {
  readonly said: JsonObject;
  readonly name: string;
  readonly content: Bytes;
  readonly sha256: string;
  readonly holds: boolean;
  readonly open: readonly string[];
}

/**
 * Whether two people sealed; nothing where one may. The log tells that the text takes two.
 * What no browser can check, a signature in SM2, leaves it unjudged.
 */
export async function twoPeople(files: Files, found: readonly Attested[]): Promise<Fact | null> {
  const log = logBodies(files.get(LOG) ?? NONE);
  const [first, second] = [await of(files, found, "release_seal"), await of(files, found, "confirm_seal")];
  if (!takesTwo(log) && first.length + second.length === 0) return null;
  for (const release of first) {
    const confirmation = second.find((one) => fit(release, one) && logged(log, release, one));
    if (confirmation === undefined) continue;
    const found = factOr("two_people", [], [...release.open, ...confirmation.open]);
    return found.holds ? { ...found, both: both(release, confirmation) } : found;
  }
  const names = [...first, ...second].map((one) => one.name);
  return fact("two_people", names.length > 0 ? names : [LOG]);
}

async function of(files: Files, found: readonly Attested[], purpose: string): Promise<Said[]> {
  const made = found.map(async (one) => ({
    said: one.statement ?? {},
    name: one.statementName,
    content: files.get(one.statementName) ?? NONE,
    sha256: await sha256Hex(files.get(one.statementName) ?? NONE),
    holds: one.bad.length === 0 && one.sameText,
    open: one.open,
  }));
  return (await Promise.all(made)).filter((one) => one.said["purpose"] === purpose);
}

function fit(release: Said, confirmation: Said): boolean {
  const [one, other] = [release.said, confirmation.said];
  const at = moment(other, "at");
  return (
    release.holds &&
    confirmation.holds &&
    one["attester_id"] !== other["attester_id"] &&
    one["key_sha256"] !== other["key_sha256"] &&
    inside(other, "release_sha256") === release.sha256 &&
    alsoInSm3(seen(other), "release_sm3", release.content) &&
    moment(one, "at") <= at &&
    at <= Date.parse(inside(one, "until"))
  );
}

const moment = (said: JsonObject, name: string): number => Date.parse(textAt(said, name));

const seen = (said: JsonObject): JsonObject => (isObject(said["saw"]) ? said["saw"] : {});
const inside = (said: JsonObject, name: string): string => textAt(seen(said), name);

const takesTwo = (log: readonly JsonObject[]): boolean => lastFacts(log, "agreement.locked")["two_to_seal"] === true;

function logged(log: readonly JsonObject[], release: Said, confirmation: Said): boolean {
  const said = lastFacts(log, "seal.applied");
  return said["release_sha256"] === release.sha256 && said["confirmation_sha256"] === confirmation.sha256;
}

const both = (release: Said, confirmation: Said): TwoPeople => ({
  releasedBy: textAt(release.said, "attester_name"),
  releasedAt: textAt(release.said, "at"),
  sealedBy: textAt(confirmation.said, "attester_name"),
  sealedAt: textAt(confirmation.said, "at"),
});
