/** What each signing party says to a clause, as shape and word; and which clause is read next. Pure. */
import type { AgreementView, ClauseView } from "../api/types.ts";
import type { Tone } from "../parts/State.vue";

export interface Column {
  readonly person: string;
  readonly label: string;
  readonly name: string;
}

/** One column a signing person, in the order of the answers. */
export function columnsOf(view: AgreementView): readonly Column[] {
  const seen = new Map<string, Column>();
  for (const clause of view.clauses) {
    for (const each of clause.answers) seen.set(each.person_id, { person: each.person_id, label: each.party_label, name: each.person_name });
  }
  return [...seen.values()];
}

export type AnswerWord = "agreed" | "wantsChange" | "heard" | "reading" | "notRead";

export function answerWord(clause: ClauseView, person: string, reading: string | null): { readonly word: AnswerWord; readonly tone: Tone } {
  const given = clause.answers.find((each) => each.person_id === person);
  if (given?.verdict === "agree") return { word: "agreed", tone: "ok" };
  if (given?.verdict === "change") return { word: "wantsChange", tone: "warn" };
  if (given?.heard) return { word: "heard", tone: "info" };
  return reading === clause.id ? { word: "reading", tone: "info" } : { word: "notRead", tone: "none" };
}

export function wishesOf(clause: ClauseView): readonly { readonly name: string; readonly wish: string }[] {
  return clause.answers.filter((each) => each.verdict === "change").map((each) => ({ name: each.person_name, wish: each.wish }));
}

/** The first clause that somebody has not agreed to yet. */
export function nextToRead(view: AgreementView, after: string | null = null): ClauseView | null {
  const from = after === null ? 0 : view.clauses.findIndex((each) => each.id === after) + 1;
  const open = (clause: ClauseView) => clause.answers.some((each) => each.verdict !== "agree");
  return view.clauses.slice(from).find(open) ?? null;
}

const DIGITS = "零一二三四五六七八九";

/** 一, 十二, 二十 for the numbers of clauses, up to ninety-nine. */
export function chineseNumber(no: number): string {
  if (no < 10) return DIGITS[no] ?? String(no);
  if (no > 99) return String(no);
  const [tens, ones] = [Math.floor(no / 10), no % 10];
  return `${tens === 1 ? "" : (DIGITS[tens] ?? "")}十${ones === 0 ? "" : (DIGITS[ones] ?? "")}`;
}
