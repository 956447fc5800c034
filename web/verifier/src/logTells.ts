// Whether the log tells of what the record holds; that no entry changed, and that the tree has them all, is judged apart.
import { type Bytes, join, unhex } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import { sha256Hex } from "./crypto.ts";
import type { Files } from "./files.ts";
import { factsIn, factsOf, lastFacts, logBodies } from "./logBodies.ts";
import { MANIFEST, type Manifest } from "./manifest.ts";
import { type Fact, fact, unjudged } from "./report.ts";

const [PDF, AGREEMENT, LOG, RECORDINGS] = ["agreement.pdf", "agreement.json", "log.jsonl", "recordings/"] as const;
const NONE = new Uint8Array();
const START = "0".repeat(64);
const CHUNK =
  /^\{"chain":"(?<chain>[0-9a-f]{64})","cipher":"(?<cipher>[0-9a-f]{64})","i":(?<i>0|[1-9][0-9]{0,15}),"len":[0-9]+,"plain":"(?<plain>[0-9a-f]{64})","t":[0-9]+\}$/;

interface Evidence {
  readonly files: Files;
  readonly manifest: Manifest;
  readonly digests: ReadonlyMap<string, string>;
  readonly locked: string;
}

/**
 * Lock, signatures, seal, effect and recordings, as the record has them. It is of an earlier release, and not judged, where
 * no statement, which nobody but its signer can change, names the PDF in SM3.
 */
export async function logTells(evidence: Evidence): Promise<Fact> {
  if (!statementsOf(evidence.files).some(([, said]) => decoded(said).includes('"pdf_sm3":"'))) return unjudged("log_tells");
  const log = logBodies(evidence.files.get(LOG) ?? NONE);
  return fact("log_tells", [
    ...lock(log, evidence),
    ...statements(log, evidence),
    ...seal(log, evidence),
    ...effect(log, evidence),
    ...(await recordings(log, evidence.files)),
  ]);
}

const decoded = (bytes: Bytes): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

const statementsOf = (files: Files): [string, Bytes][] => [...files].filter(([name]) => name.endsWith("/statement.json"));

const digestOf = ({ digests }: Evidence, name: string): string => digests.get(name) ?? "";

function lock(log: readonly JsonObject[], evidence: Evidence): string[] {
  const told = lastFacts(log, "agreement.locked");
  const text = told["digest"] === digestOf(evidence, AGREEMENT) ? [] : [AGREEMENT];
  return told["pdf_sha256"] === evidence.locked ? text : [...text, PDF];
}

function statements(log: readonly JsonObject[], evidence: Evidence): string[] {
  const signed = new Set(factsOf(log, "sign.done").map((told) => told["statement_sha256"]));
  const digests = log.flatMap((body) => Object.entries(factsIn(body)).filter(([name]) => name.endsWith("_sha256")));
  const named = new Set(digests.map(([, value]) => value));
  return statementsOf(evidence.files)
    .map(([name]) => name)
    .filter((name) => !(name.startsWith("attested/") ? named : signed).has(digestOf(evidence, name)));
}

/** What the seal's entry tells otherwise; earlier releases told the first two alone. */
function seal(log: readonly JsonObject[], evidence: Evidence): string[] {
  const [told, { manifest }] = [lastFacts(log, "seal.applied"), evidence];
  const bad = told["record"] === manifest.recordId ? [] : [MANIFEST];
  if (told["digest"] !== digestOf(evidence, AGREEMENT)) bad.push(AGREEMENT);
  if (!("number" in told)) return bad;
  const claims = { number: manifest.number, committee_name: manifest.committee, sealed_at: manifest.sealedAt };
  if (Object.entries(claims).some(([name, value]) => told[name] !== value)) bad.push(MANIFEST);
  for (const name of ["consents", "identity"]) {
    if (told[`${name}_sha256`] !== digestOf(evidence, `${name}.json`)) bad.push(`${name}.json`);
  }
  return bad;
}

/** A record's log ends where it takes effect. */
function effect(log: readonly JsonObject[], { manifest }: Evidence): string[] {
  const last = log.at(-1) ?? {};
  const told = factsIn(last);
  if (last["kind"] !== "agreement.effective" || told["record"] !== manifest.recordId) return [LOG];
  return told["effective_on"] === manifest.effectiveOn ? [] : [MANIFEST];
}

async function recordings(log: readonly JsonObject[], files: Files): Promise<string[]> {
  const heads = factsOf(log, "recording.head");
  const bad: string[] = [];
  for (const [name, content] of files) {
    if (!name.startsWith(RECORDINGS)) continue;
    const recording = name.slice(RECORDINGS.length).replace(/\.jsonl$/, "");
    const told = heads.filter((one) => one["recording"] === recording).at(-1);
    const head = await headOf(content);
    if (head === null || told?.["chunks"] !== head.chunks || told["head"] !== head.chain) bad.push(name);
  }
  return bad;
}

/** How many chunks a recording's manifest names, and the chain after the last; null where it is broken. */
async function headOf(manifest: Bytes): Promise<{ chunks: number; chain: string } | null> {
  let [chunks, chain] = [0, START];
  for (const line of decoded(manifest).split("\n")) {
    if (!line.includes('"cipher"')) continue; // where a segment begins or ends
    const found = CHUNK.exec(line)?.groups;
    if (found === undefined) return null;
    chain = await follow(chain, found as Record<"chain" | "cipher" | "i" | "plain", string>);
    if (chain !== found["chain"]) return null;
    chunks += 1;
  }
  return { chunks, chain };
}

function follow(chain: string, chunk: Record<"cipher" | "i" | "plain", string>): Promise<string> {
  const place = unhex(BigInt(chunk.i).toString(16).padStart(16, "0"));
  return sha256Hex(join(Uint8Array.of(0), unhex(chain), place, unhex(chunk.plain), unhex(chunk.cipher)));
}
