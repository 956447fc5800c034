/** The draft as it is being written: copy of a view, what the server takes, and a merge when two people wrote. Pure. */
import type { AgreementView, DraftEdit } from "../api/types.ts";

export interface ClauseDraft {
  readonly key: string;
  readonly id: string | null;
  text: string;
}
export interface ItemDraft {
  readonly key: string;
  name: string;
  amount: number | null;
}
export interface PaymentDraft {
  readonly key: string;
  payer: string;
  payee: string;
  amount: number | null;
  due_on: string;
  method: string;
  account_holder: string;
  bank: string;
  account: string;
}
export interface Draft {
  facts: string;
  clauses: ClauseDraft[];
  items: ItemDraft[];
  payments: PaymentDraft[];
}

let count = 0;
export const newKey = (): string => `new-${(count += 1)}`;
export const newClause = (): ClauseDraft => ({ key: newKey(), id: null, text: "" });
export const newItem = (): ItemDraft => ({ key: newKey(), name: "", amount: null });
export function newPayment(like: PaymentDraft | undefined, payer: string, payee: string): PaymentDraft {
  const kept = like ?? { payer, payee, method: "bank_transfer", account_holder: "", bank: "", account: "" };
  return { ...kept, key: newKey(), amount: null, due_on: "" };
}

export function draftOf(view: AgreementView): Draft {
  return {
    facts: view.facts,
    clauses: view.clauses.map((each) => ({ key: each.id, id: each.id, text: each.text })),
    items: view.items.map((each, index) => ({ key: `item-${index}`, name: each.name, amount: each.amount })),
    payments: view.payments.map((each) => ({
      key: `payment-${each.no}`,
      payer: each.payer,
      payee: each.payee,
      amount: each.amount,
      due_on: each.due_on,
      method: each.method,
      account_holder: each.account_holder,
      bank: each.bank,
      account: each.account,
    })),
  };
}

export const EMPTY: Draft = { facts: "", clauses: [], items: [], payments: [] };
/** By way of JSON: what Vue watches cannot be cloned. */
export const copyOf = (draft: Draft): Draft => JSON.parse(JSON.stringify(draft)) as Draft;
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

type Method = DraftEdit["payments"][number]["method"];

/** What the server takes. Rows without words or amount are not sent: they are not written yet. */
export function editOf(draft: Draft, revision: number): DraftEdit {
  return {
    revision,
    facts: draft.facts.trim(),
    clauses: draft.clauses.filter((each) => each.text.trim() !== "").map((each) => ({ id: each.id, text: each.text.trim() })),
    items: draft.items.flatMap((each) => (each.name.trim() === "" || each.amount === null ? [] : [{ name: each.name.trim(), amount: each.amount }])),
    payments: draft.payments.flatMap((each) =>
      each.amount === null || each.due_on === "" || each.payer === "" || each.payee === ""
        ? []
        : [
            {
              payer: each.payer,
              payee: each.payee,
              amount: each.amount,
              due_on: each.due_on,
              method: each.method as Method,
              account_holder: each.account_holder.trim(),
              bank: each.bank.trim(),
              account: each.account.replace(/\s/g, ""),
            },
          ],
    ),
  };
}

export function itemsTotal(draft: Draft): number {
  return draft.items.reduce((sum, each) => sum + (each.amount ?? 0), 0);
}
export function paymentsTotal(draft: Draft): number {
  return draft.payments.reduce((sum, each) => sum + (each.amount ?? 0), 0);
}
export function moveClause(draft: Draft, index: number, by: -1 | 1): void {
  const [clause] = draft.clauses.splice(index, 1);
  if (clause !== undefined) draft.clauses.splice(index + by, 0, clause);
}

export interface Conflict {
  readonly where: "facts" | "clause" | "items" | "payments";
  /** Clause id; empty for the others. */
  readonly id: string;
  readonly mine: string;
  readonly theirs: string;
}
export interface Merged {
  readonly draft: Draft;
  readonly conflicts: readonly Conflict[];
}

/** What both left alone or only one changed is taken as changed; where both changed it, mine stays and theirs is shown. */
export function merge(base: Draft, mine: Draft, theirs: Draft): Merged {
  const conflicts: Conflict[] = [];
  const pick = <V extends { key: string }>(where: "items" | "payments", was: readonly V[], own: V[], new_: V[]): V[] => {
    const [before, mine_, theirs_] = [strip(was), strip(own), strip(new_)];
    if (same(mine_, before) || same(mine_, theirs_)) return new_;
    if (!same(theirs_, before)) conflicts.push({ where, id: "", mine: "", theirs: "" });
    return own;
  };
  const facts = mergeText(base.facts, mine.facts, theirs.facts, (text) =>
    conflicts.push({ where: "facts", id: "", mine: mine.facts, theirs: text }),
  );
  const clauses = mergeClauses(base, mine, theirs, conflicts);
  const items = pick("items", base.items, mine.items, theirs.items);
  const payments = pick("payments", base.payments, mine.payments, theirs.payments);
  return { draft: copyOf({ facts, clauses, items, payments }), conflicts };
}

/** Whether something stands in the draft that its base has not: rows half written too, which `editOf` does not send. */
export function written(draft: Draft, base: Draft): boolean {
  const plain = ({ facts, clauses, items, payments }: Draft) => [facts, clauses.map(({ id, text }) => [id, text]), strip(items), strip(payments)];
  return !same(plain(draft), plain(base));
}

/** The draft once `sent` of it is stored as `saved`: new clauses have their ids, and what was typed meanwhile stays. */
export function afterSave(now: Draft, sent: Draft, saved: Draft): Draft {
  const stored = sent.clauses.filter((each) => each.text.trim() !== "");
  const ids = new Map(stored.map((each, index) => [each.key, saved.clauses[index]?.id ?? null]));
  const clauses = now.clauses.map((each) => ({ ...each, id: each.id ?? ids.get(each.key) ?? null }));
  const draft = { ...now, clauses };
  return copyOf(written(draft, saved) ? draft : saved);
}

function strip<V extends { key: string }>(rows: readonly V[]): Omit<V, "key">[] {
  return rows.map(({ key: _key, ...rest }) => rest);
}

function mergeText(was: string, own: string, new_: string, both: (theirs: string) => void): string {
  if (own === was || own === new_) return new_;
  if (new_ !== was) both(new_);
  return own;
}

function mergeClauses(base: Draft, mine: Draft, theirs: Draft, conflicts: Conflict[]): ClauseDraft[] {
  const was = new Map(base.clauses.map((each) => [each.id, each.text]));
  const own = new Map(mine.clauses.filter((each) => each.id !== null).map((each) => [each.id, each.text]));
  const kept = theirs.clauses.flatMap((clause): ClauseDraft[] => {
    const before = was.get(clause.id);
    const mineText = own.get(clause.id);
    if (before === undefined) return [clause];
    if (mineText === undefined) return clause.text === before ? [] : [clause];
    const text = mergeText(before, mineText, clause.text, (other) =>
      conflicts.push({ where: "clause", id: clause.id ?? "", mine: mineText, theirs: other }),
    );
    return [{ ...clause, text }];
  });
  const there = new Set(theirs.clauses.map((each) => each.id));
  const changedButGone = mine.clauses.filter((each) => each.id !== null && !there.has(each.id) && each.text !== was.get(each.id));
  const added = mine.clauses.filter((each) => each.id === null);
  return [...kept, ...changedButGone.map((each) => ({ ...each, id: null })), ...added];
}
