// Draws a report in plain words, each fact apart.
import { element } from "./element.ts";
import { BEYOND, type Fact, type LogStamp, type Report, type Signer, type TwoPeople, nothingFails } from "./report.ts";
import type { Words } from "./strings.zh.ts";

/** Everything a report says, but for the trust in the issuer. */
export function drawn(report: Report, words: Words): HTMLElement[] {
  if (report.facts.length === 1) return [verdict("bad", words.notRecord), factList(report.facts, words)];
  return [
    verdict(nothingFails(report) ? "good" : "bad", sentence(report, words)),
    told(report, words),
    element("h2", {}, words.factsTitle),
    factList(report.facts, words),
    element("h2", {}, words.signersTitle),
    element("p", { class: "issued" }, words.signersIssued),
    element("ul", { class: "signers" }, ...report.signers.map((one) => signerLine(one, words))),
  ];
}

/** Every file with its digest, folded. */
export function fileTable(report: Report, words: Words): HTMLElement {
  const rows = report.files.map((file) =>
    element(
      "tr",
      file.holds ? {} : { class: "no" },
      element("td", {}, mark(file.holds, words)),
      element("th", { scope: "row" }, file.name),
      element("td", { class: "digits" }, file.sha256),
    ),
  );
  return element("details", {}, element("summary", {}, words.filesTitle), element("table", {}, ...rows));
}

/** Moments are told in China Standard Time, where these agreements are made. */
export function moment(at: string): string {
  const found = new Date(at);
  if (Number.isNaN(found.getTime())) return at;
  const china = new Date(found.getTime() + 8 * 3_600_000).toISOString();
  return `${china.slice(0, 10)} ${china.slice(11, 19)} +08:00`;
}

function sentence(report: Report, words: Words): string {
  if (!nothingFails(report)) return words.bad;
  const judged = report.facts.find((one) => one.code === "trusted");
  if (judged?.holds) return words.good;
  return judged && stampsOpen(judged) ? words.goodUnstamped : words.goodUntrusted;
}

const verdict = (kind: "good" | "bad", text: string): HTMLElement =>
  element("p", { class: `verdict ${kind}`, role: "status" }, text);

function told(report: Report, words: Words): HTMLElement {
  const lines: [string, string][] = [
    [words.number, report.number],
    [words.committee, report.committee],
    [words.sealedAt, moment(report.sealedAt)],
    [words.effectiveOn, report.effectiveOn],
    [words.manifestPrint, report.manifestSha256],
    ...(report.certified ? [[words.certified, report.certified] as [string, string]] : []),
    ...(report.logOrigin ? [[words.logName, report.logOrigin] as [string, string]] : []),
  ];
  const pairs = lines.flatMap(([term, said]) => [element("dt", {}, term), element("dd", {}, said)]);
  return element("dl", {}, ...pairs);
}

const factList = (facts: readonly Fact[], words: Words): HTMLElement =>
  element("ul", { class: "facts" }, ...facts.map((one) => factLine(one, words)));

function factLine(one: Fact, words: Words): HTMLElement {
  const kind = one.holds === null ? "open" : one.holds ? "yes" : "no";
  // What is open as a whole is named by its own code, which the line says in words already.
  const named = one.parts.filter((part) => part !== one.code);
  const parts = named.length ? `${words.parts}: ${named.join(", ")}` : "";
  const said = parts || detail(one, words);
  const more = one.holds === null ? [why(one, words), parts].filter(Boolean).join(" · ") : said;
  return element(
    "li",
    { class: kind, "data-code": one.code },
    mark(one.holds, words),
    element("span", {}, words.facts[one.code], more ? element("small", {}, more) : null),
  );
}

/** What a fact that holds tells besides. */
function detail({ both, stamp, declared }: Fact, words: Words): string {
  if (both) return bothWords(both, words);
  if (stamp) return stampWords(stamp, words);
  return declared ? `${words.declarations}: ${declared.declarations} · ${words.declaredRecorded}: ${declared.recorded}` : "";
}

const bothWords = (both: TwoPeople, words: Words): string =>
  `${words.releasedBy}: ${both.releasedBy} ${moment(both.releasedAt)} · ${words.confirmedBy}: ${both.sealedBy} ${moment(both.sealedAt)}`;

const stampWords = ({ at, root }: LogStamp, words: Words): string =>
  root ? `${moment(at)} · ${words.logStamps} SHA-256: ${root}` : moment(at);

/** Whether the issuer was compared, and only who made time stamps is open. */
const stampsOpen = (one: Fact): boolean => one.code === "trusted" && one.holds === null && one.parts.length > 0;

function why(one: Fact, words: Words): string {
  if (BEYOND.includes(one.code)) return words.unjudged.beyond;
  if (stampsOpen(one)) return words.unjudged.stampers;
  return (words.unjudged as Record<string, string>)[one.code] ?? "";
}

function signerLine(signer: Signer, words: Words): HTMLElement {
  const [sound, key] = [signer.signatureHolds && signer.sameText, words.key[signer.keyControl]];
  const good = sound && signer.open ? null : sound;
  const facts = signer.route ? attestedWords(signer, words) : [
    signatureWords(signer, words),
    signer.sameText ? words.text : words.textBad,
    moment(signer.at),
    ...(key === undefined ? [] : [key]),
    ...pdfWords(signer, words),
  ];
  const role = words.roles[signer.role] ?? signer.role;
  return element(
    "li",
    { class: good === null ? "open" : good ? "yes" : "no" },
    mark(good, words),
    element("span", {}, `${signer.name || signer.id} · ${role}`, element("small", {}, facts.join(" · "))),
  );
}

function pdfWords({ pdf }: Signer, words: Words): string[] {
  if (!pdf) return [];
  const said = pdf.holds === null ? words.pdfOpen : pdf.holds ? words.pdf : words.pdfBad;
  return [pdf.at ? `${said} ${moment(pdf.at)}` : said];
}

function signatureWords(signer: Signer, words: Words): string {
  if (!signer.signatureHolds) return words.signatureBad;
  return signer.open ? words.signatureOpen : words.signature;
}

function attestedWords(signer: Signer, words: Words): string[] {
  const by = (signer.attestedBy ?? []).join(", ");
  const how = words.routes[signer.route ?? ""] ?? signer.route ?? "";
  return [how, by ? `${words.attestedBy}: ${by}` : words.notAttested, ...(signer.at ? [moment(signer.at)] : [])];
}

function mark(holds: boolean | null, words: Words): HTMLElement {
  const [sign, said] = holds === null ? ["?", words.open] : holds ? ["✓", words.yes] : ["✗", words.no];
  return element("span", { class: "mark", role: "img", "aria-label": said }, sign);
}
