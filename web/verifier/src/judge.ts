// Judges a record, fact by fact. No fact hides another: each is judged even where others fail.
import { sm3Hex } from "@heyi/core/sm3.ts";
import { type Attested, attestations, attestedSigners } from "./attested.ts";
import { type Bytes, same, utf8 } from "./bytes.ts";
import { readObject, textAt } from "./canonical.ts";
import { type Certificate, certifiedName, fingerprint, issuedBy, readCertificate, statementIn } from "./certificate.ts";
import {
  CONTAINER,
  CONTAINER_MANIFEST,
  CONTAINER_SIGNATURE,
  containerManifest,
  holdsDetached,
} from "./container.ts";
import { beyondBrowsers, sha256Hex, signed } from "./crypto.ts";
import { declaredRecording } from "./declared.ts";
import { embedded } from "./embedded.ts";
import { type Files, isRenewal } from "./files.ts";
import { logStamped } from "./logStamp.ts";
import { logTells } from "./logTells.ts";
import { proven, readChain, readCheckpoint, signedByLog } from "./log.ts";
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest, readManifest } from "./manifest.ts";
import { oddNames, oddRenewals } from "./names.ts";
import { pdfSignatures } from "./pdf.ts";
import { PdfFacts } from "./pdfFacts.ts";
import { BEYOND, type Code, type Fact, type FileFact, type Report, type Signer, fact, factOr, unjudged } from "./report.ts";
import { type Judged, expectedSigners, judgeSigner, officialsOf } from "./signers.ts";
import { twoPeople } from "./twoPeople.ts";
import { onlyFilled } from "./updates.ts";

const [PDF, AGREEMENT, LOG] = ["agreement.pdf", "agreement.json", "log.jsonl"] as const;
const [SEAL, ISSUER] = ["trust/seal.pem", "trust/issuer.pem"] as const;
const [PDF_SEAL, PDF_SEAL_ISSUER] = ["trust/pdf-seal.pem", "trust/pdf-seal-issuer.pem"] as const;
const [CHECKPOINT, PROOFS, LOG_KEY] = ["log/checkpoint.txt", "log/proofs.json", "log/public_key.pem"] as const;
const SUMS = "SHA256SUMS";
const UNLISTED = [MANIFEST, MANIFEST_SIGNATURE];
const NONE = new Uint8Array();

/** A record taken apart; a missing file reads as empty. */
interface Evidence {
  readonly files: Files;
  readonly manifest: Manifest;
  readonly digests: ReadonlyMap<string, string>;
  readonly checked: readonly FileFact[];
  readonly locked: string;
  readonly expected: ReadonlyMap<string, string>;
  readonly judged: readonly Judged[];
  readonly attested: readonly Attested[];
  readonly seal: Certificate | null;
  readonly issuer: Certificate | null;
  readonly issuerSha256: string;
  readonly chain: readonly string[] | null;
  readonly pdf: PdfFacts;
}

/**
 * Every fact about a record. `known` is a fingerprint of the issuer learnt elsewhere, if any; `stamps` that of who made
 * the time stamps, without which `known` counts for these too.
 */
export async function judge(files: Files, known = "", stamps = ""): Promise<Report> {
  const manifest = readManifest(files.get(MANIFEST));
  if (manifest === null) return unreadable(files);
  const evidence = await gather(files, manifest);
  return {
    number: manifest.number,
    committee: manifest.committee,
    sealedAt: manifest.sealedAt,
    effectiveOn: manifest.effectiveOn,
    manifestSha256: evidence.digests.get(MANIFEST) ?? "",
    issuerSha256: evidence.issuerSha256,
    certified: evidence.seal ? certifiedName(evidence.seal) : "",
    logOrigin: readCheckpoint(content(files, CHECKPOINT))?.origin ?? "",
    facts: [...(await factsOf(evidence)), await trusted(evidence, known, stamps), ...BEYOND.map((code) => beyond(code, files))],
    signers: signersOf(evidence),
    files: evidence.checked,
  };
}

async function factsOf(evidence: Evidence): Promise<Fact[]> {
  const both = await twoPeople(evidence.files, evidence.attested);
  const declared = declaredRecording(evidence.files, evidence.attested);
  return [
    fact("readable", []),
    complete(evidence),
    intact(evidence),
    await manifestSigned(evidence),
    signatures([...evidence.judged, ...evidence.attested]),
    everybodySigned(evidence),
    sameText(evidence),
    evidence.pdf.signatures(),
    evidence.pdf.seal(),
    evidence.pdf.blanks(),
    await attachment(evidence.files),
    await sealChain(evidence),
    evidence.pdf.certificates(),
    logChain(evidence),
    await logTells(evidence),
    await logIncluded(evidence),
    await logStamped(evidence.files),
    await container(evidence),
    ...(both ? [both] : []),
    ...(declared ? [declared] : []),
  ];
}

async function unreadable(files: Files): Promise<Report> {
  return {
    number: "",
    committee: "",
    sealedAt: "",
    effectiveOn: "",
    manifestSha256: await sha256Hex(content(files, MANIFEST)),
    issuerSha256: "",
    logOrigin: "",
    facts: [fact("readable", [MANIFEST])],
    signers: [],
    files: [],
  };
}

async function gather(files: Files, manifest: Manifest): Promise<Evidence> {
  const entries = [...files].map(async ([name, bytes]) => [name, await sha256Hex(bytes)] as const);
  const digests = new Map(await Promise.all(entries));
  const pdf = content(files, PDF).slice(0, manifest.lockedSize);
  const locked = await sha256Hex(pdf);
  const expected = expectedSigners(content(files, AGREEMENT));
  const text = { agreement: digests.get(AGREEMENT) ?? "", locked, pdf };
  const judging = manifest.signers.map((id) => judgeSigner(files, id, expected.get(id) ?? "", text));
  const [judged, attested] = [await Promise.all(judging), await attestations(files, text)];
  const issuer = readCertificate(content(files, ISSUER));
  const issuerSha256 = issuer ? await fingerprint(issuer) : "";
  return {
    files,
    manifest,
    digests,
    checked: fileFacts(files, manifest, digests),
    locked,
    expected,
    judged,
    attested,
    seal: readCertificate(content(files, SEAL)),
    issuer,
    issuerSha256,
    chain: await readChain(content(files, LOG)),
    pdf: await pdfFacts(files, manifest, { judged, attested, expected, issuerSha256 }),
  };
}

async function pdfFacts(
  files: Files,
  manifest: Manifest,
  found: Pick<Evidence, "judged" | "attested" | "expected" | "issuerSha256">,
): Promise<PdfFacts> {
  const [pdf, agreement] = [content(files, PDF), content(files, AGREEMENT)];
  const otherwise = new Set(attestedSigners(agreement, found.attested).map((one) => one.id));
  return new PdfFacts(await pdfSignatures(pdf), {
    size: pdf.length,
    lockedSize: manifest.lockedSize,
    onlyFilled: onlyFilled(pdf, manifest.lockedSize),
    statements: new Map(found.judged.map((one) => [one.signer.id, one.said])),
    people: [...found.expected.keys()].filter((id) => !otherwise.has(id)),
    officials: officialsOf(agreement),
    issuer: found.issuerSha256,
  });
}

const content = (files: Files, name: string): Bytes => files.get(name) ?? NONE;

function complete({ files, manifest }: Evidence): Fact {
  const expected = new Set([...manifest.files.keys(), ...UNLISTED]);
  const missing = [...expected].filter((name) => !files.has(name));
  const more = [...files.keys()].filter((name) => !expected.has(name) && !CONTAINER.includes(name) && !isRenewal(name));
  return fact("complete", [...missing, ...more, ...oddNames(files, manifest.signers)]);
}

function fileFacts(files: Files, manifest: Manifest, digests: ReadonlyMap<string, string>): FileFact[] {
  return [...manifest.files].flatMap(([name, said]) => {
    const found = files.get(name);
    if (found === undefined) return [];
    const sha256 = digests.get(name) ?? "";
    const plain = sha256 === said.sha256 && found.length === said.size;
    const holds = plain && (said.sm3 === null || said.sm3 === sm3Hex(found));
    return [{ name, sha256, holds }];
  });
}

/** Every file as the manifest names it, and the list for `sha256sum -c` says the same. */
function intact(evidence: Evidence): Fact {
  const { files, manifest, checked } = evidence;
  const lines = [...manifest.files].filter(([name]) => name !== SUMS).map(([name, said]) => `${said.sha256}  ${name}\n`);
  const listed = same(content(files, SUMS), utf8(lines.join("")));
  const changed = checked.filter((file) => !file.holds).map((file) => file.name);
  return fact("intact", listed ? changed : [...changed, SUMS]);
}

async function manifestSigned({ files, seal }: Evidence): Promise<Fact> {
  const signature = content(files, MANIFEST_SIGNATURE);
  const holds = seal !== null && (await signed(seal.key, content(files, MANIFEST), signature));
  return fact("manifest_signed", holds ? [] : [MANIFEST, MANIFEST_SIGNATURE]);
}

/** Who signed with a key and who otherwise, in the order of the agreement. */
function signersOf(evidence: Evidence): Signer[] {
  const seen = attestedSigners(content(evidence.files, AGREEMENT), evidence.attested);
  const order = [...evidence.expected.keys()];
  const place = (one: Signer): number => (order.includes(one.id) ? order.indexOf(one.id) : order.length);
  const byKey = evidence.judged.map(({ signer }) => ({ ...signer, pdf: evidence.pdf.of(signer.id) }));
  return [...seen, ...byKey].sort((one, two) => place(one) - place(two));
}

const signatures = (found: readonly (Judged | Attested)[]): Fact =>
  factOr("signatures", found.flatMap((one) => one.bad), found.flatMap((one) => one.open));

function everybodySigned(evidence: Evidence): Fact {
  const { expected } = evidence;
  if (expected.size === 0) return fact("everybody_signed", [AGREEMENT]);
  const good = signersOf(evidence).filter((one) => one.signatureHolds && one.sameText);
  const did = new Set(good.map((one) => one.id));
  const missing = [...expected.keys()].filter((id) => !did.has(id));
  const bad = [...missing, ...[...did].filter((id) => !expected.has(id))];
  return factOr("everybody_signed", bad, good.filter((one) => one.open).map((one) => one.id));
}

function sameText({ files, manifest, digests, locked, judged, attested }: Evidence): Fact {
  const bad = judged.filter((one) => !one.signer.sameText).map((one) => one.statementName);
  bad.push(...attested.filter((one) => !one.sameText).map((one) => one.statementName));
  if (digests.get(AGREEMENT) !== manifest.agreementSha256) bad.push(AGREEMENT);
  if (locked !== manifest.lockedSha256) bad.push(PDF);
  bad.push(...[...judged, ...attested].map((one) => one.statementName).filter((name) => !sm3Fits(files, name)));
  return fact("same_text", bad);
}

/** Whether a statement's SM3 of the agreement, where it tells one, is that. */
function sm3Fits(files: Files, name: string): boolean {
  const said = readObject(content(files, name))?.["agreement_sm3"] ?? null;
  return said === null || said === sm3Hex(content(files, AGREEMENT));
}

/** What the PDF carries for programs is what the record holds, wherever they look for it. */
async function attachment(files: Files): Promise<Fact> {
  const agreement = content(files, AGREEMENT);
  try {
    const found = await embedded(content(files, PDF), AGREEMENT, agreement.length);
    if (found === null) return unjudged("attachment");
    const holds = found.length > 0 && found.every((one) => same(one, agreement));
    return fact("attachment", holds ? [] : [PDF]);
  } catch {
    return fact("attachment", [PDF]);
  }
}

/**
 * The seal's certificate comes from the issuer in the record, and is the one used in the PDF. One issued for a single
 * signing comes from there, too, and is nobody's seal.
 */
async function sealChain({ files, seal, issuer, pdf }: Evidence): Promise<Fact> {
  const issued = seal !== null && issuer !== null && statementIn(seal) === "" && (await issuedBy(seal, issuer));
  if (!files.has(PDF_SEAL)) {
    return fact("seal_chain", issued && (await fingerprint(seal)) === pdf.sealCertificate ? [] : [SEAL]);
  }
  const apart = (await pdfSealChain(files, issuer)) === pdf.sealCertificate;
  return factOr("seal_chain", [...(issued ? [] : [SEAL]), ...(apart ? [] : [PDF_SEAL])], [PDF_SEAL]);
}

/** The fingerprint of the PDF's own seal in SM2: its issuer can be checked up to the record's, it itself cannot. */
async function pdfSealChain(files: Files, issuer: Certificate | null): Promise<string> {
  const [seal, between] = [PDF_SEAL, PDF_SEAL_ISSUER].map((name) => readCertificate(content(files, name)));
  if (!seal || !between || !same(seal.issuer, between.subject) || !beyondBrowsers(between.key)) return "none";
  if (statementIn(seal) !== "") return "none";
  return issuer !== null && (await issuedBy(between, issuer)) ? fingerprint(seal) : "none";
}

function logChain({ files, manifest, chain }: Evidence): Fact {
  const whole = chain !== null && (chain.at(-1) ?? "0".repeat(64)) === manifest.logHead;
  return fact("log_chain", whole && chain.includes(headAtLock(files)) ? [] : [LOG]);
}

/** The log's head as the agreement itself names it, printed on every page. */
function headAtLock(files: Files): string {
  const agreement = readObject(content(files, AGREEMENT));
  return agreement === null ? "" : textAt(agreement, "log_head");
}

async function logIncluded({ files, chain }: Evidence): Promise<Fact> {
  const names = [CHECKPOINT, PROOFS, LOG_KEY];
  if (!names.some((name) => files.has(name))) return unjudged("log_included");
  const checkpoint = readCheckpoint(content(files, CHECKPOINT));
  if (checkpoint === null) return fact("log_included", names);
  const bad: string[] = [];
  if (!(await signedByLog(checkpoint, content(files, LOG_KEY)))) bad.push(CHECKPOINT, LOG_KEY);
  if (!(await proven(chain ?? [], content(files, PROOFS), checkpoint))) bad.push(LOG, PROOFS);
  return fact("log_included", bad);
}

/** The container names what our manifest names; whether files changed is judged apart. */
async function container({ files, manifest, digests, seal, issuer }: Evidence): Promise<Fact> {
  if (!CONTAINER.some((name) => files.has(name))) return unjudged("container");
  const [listed, signature] = [content(files, CONTAINER_MANIFEST), content(files, CONTAINER_SIGNATURE)];
  const bad: string[] = [];
  if (!same(listed, ourContainer(manifest, digests))) bad.push(CONTAINER_MANIFEST);
  const holds = seal && issuer && (await holdsDetached(signature, listed, seal, issuer, manifest.sealedAt));
  return fact("container", holds ? bad : [...bad, CONTAINER_SIGNATURE]);
}

function ourContainer(manifest: Manifest, digests: ReadonlyMap<string, string>): Bytes {
  try {
    const named = [...manifest.files].map(([name, said]) => [name, said.sha256] as const);
    const own = UNLISTED.map((name) => [name, digests.get(name) ?? ""] as const);
    return containerManifest(manifest.recordId, new Map([...named, ...own]));
  } catch {
    return NONE; // a digest of ours that is none
  }
}

/** Compares with the fingerprints a person brought along; one of a root that no time stamp brings is left open. */
async function trusted({ seal, issuerSha256, pdf }: Evidence, known: string, stamps: string): Promise<Fact> {
  const [issuers, stamping] = [fingerprints(known), fingerprints(stamps)];
  if (issuers.size === 0) return unjudged("trusted");
  const stampers = stamping.size === 0 ? issuers : stamping;
  const outside = pdf.issuedOutside(issuers, stampers);
  // The seal in the PDF speaks for the record only where it is the record's own.
  const own = seal !== null && (await fingerprint(seal)) === pdf.sealCertificate;
  const led = issuers.has(issuerSha256) || (own && pdf.sealedBelow(issuers));
  return factOr("trusted", led ? outside : [ISSUER], pdf.stampedBeyond(stampers));
}

/** Stamps are dated elsewhere; that nothing but renewals lies among them is told here, too. */
function beyond(code: Code, files: Files): Fact {
  const odd = code === "archive_stamp" ? oddRenewals(files) : [];
  return factOr(code, odd, odd.length > 0 ? [] : [code]);
}

/** However they are written: 64 digits each. */
const fingerprints = (written: string): ReadonlySet<string> =>
  new Set(written.toLowerCase().replace(/[\s:：,，;；-]/g, "").match(/.{1,64}/gu));
