/** Sentences for what the lint or the lock says; clause numbers, instalments and amounts are put in. */
import type { AgreementView, FindingView } from "../api/types.ts";
import { comma, hasWord, lang, t, wordOf } from "../i18n.ts";
import { figures } from "../money.ts";
import { chineseNumber } from "./answers.ts";

const AMOUNTS = new Set(["total", "sum", "difference", "amount"]);

export function clauseWord(no: number): string {
  return lang.value === "en" ? String(no) : chineseNumber(no);
}

function numberOf(finding: FindingView, view: AgreementView): number | null {
  const fact = finding.facts["number"];
  return view.clauses.find((each) => each.id === finding.where)?.no ?? (typeof fact === "number" ? fact : null);
}

function placeOf(where: string, no: number | null): string {
  if (no !== null) return t("placeClause", { no: clauseWord(no) });
  const [kind, index] = where.split(".");
  const n = Number(index) + 1;
  if (kind === "payments") return t("placePayment", { n });
  return kind === "items" ? t("placeItem", { n }) : t("placeWhole");
}

function factsOf(finding: FindingView): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(finding.facts).map(([name, value]) =>
      AMOUNTS.has(name) && typeof value === "number" ? [name, value < 0 ? `-${figures(-value)}` : figures(value)] : [name, value],
    ),
  );
}

export function findingText(finding: FindingView, view: AgreementView, numbers: readonly number[] = []): string {
  const no = numberOf(finding, view);
  const place = placeOf(finding.where, no);
  const clauses = numbers.length > 1 ? numbers.map(clauseWord).join(comma.value) : no === null ? "" : clauseWord(no);
  const vars = { party: "", name: "", ...factsOf(finding), place, no: clauses };
  return hasWord("lint", finding.code) ? wordOf("lint", finding.code, vars) : `${place}${t("colon")}${finding.code}`;
}

/** The same point about several clauses becomes one sentence with all their numbers. */
export function missingTexts(view: AgreementView, missing: readonly FindingView[] = view.missing): readonly string[] {
  const groups = new Map<string, { readonly first: FindingView; readonly numbers: number[] }>();
  for (const finding of missing) {
    const no = numberOf(finding, view);
    const about = no === null ? finding.where : "clauses";
    const key = [finding.code, about, finding.facts["party"], finding.facts["name"]].join("|");
    const group = groups.get(key) ?? { first: finding, numbers: [] };
    if (no !== null && !group.numbers.includes(no)) group.numbers.push(no);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, numbers }) => findingText(first, view, numbers));
}

/** The signers who refuse to sign on phones; what they refused bars neither paper nor witnesses. */
export function refusingSigners(view: AgreementView): readonly FindingView[] {
  return view.missing.filter((each) => each.code === "e_signature_refused");
}

/** The code of what keeps this text from being signed on phones, null where the law leaves it open. */
export function barOfLaw(view: AgreementView): string | null {
  return view.missing.find((each) => each.code.startsWith("e_sign_"))?.code ?? null;
}
