import { describe, expect, it } from "vitest";
import { DRAFT, ON_PAPER } from "../dev/papers.ts";
import { answerWord, chineseNumber, columnsOf, nextToRead } from "../src/agreement/answers.ts";
import { afterSave, copyOf, draftOf, editOf, itemsTotal, merge, newClause, newItem, paymentsTotal, same, written, type Draft } from "../src/agreement/draft.ts";
import { comparisonOf, owedOnPaper, tickOf, type Ticks } from "../src/agreement/paper.ts";

const base = draftOf(DRAFT);
const edited = (change: (draft: Draft) => void): Draft => {
  const draft = copyOf(base);
  change(draft);
  return draft;
};
const clauseAt = (draft: Draft, index: number) => {
  const clause = draft.clauses[index];
  if (clause === undefined) throw new Error("no such clause");
  return clause;
};

describe("the draft", () => {
  it("goes to the server and back without a change", () => {
    const edit = editOf(base, DRAFT.revision);
    expect(edit.clauses).toEqual(DRAFT.clauses.map(({ id, text }) => ({ id, text })));
    expect(edit.items).toEqual(DRAFT.items);
    expect(edit.payments.map((each) => each.amount)).toEqual(DRAFT.payments.map((each) => each.amount));
    expect(edit.revision).toBe(3);
  });
  it("sends no row that is not written yet", () => {
    const draft = edited((each) => {
      each.clauses.push(newClause());
      each.items.push(newItem());
    });
    expect(editOf(draft, 3)).toEqual(editOf(base, 3));
  });
  it("adds up in fen", () => {
    expect([itemsTotal(base), paymentsTotal(base)]).toEqual([11_500_000, 11_500_000]);
  });
});

describe("a row half written", () => {
  const half = edited((draft) => draft.items.push({ ...newItem(), name: "交通费" }));
  it("is something written, though nothing of it would be sent", () => {
    expect(editOf(half, 3)).toEqual(editOf(base, 3));
    expect([written(half, base), written(copyOf(base), base)]).toEqual([true, false]);
    expect(written(edited((draft) => draft.clauses.push(newClause())), base)).toBe(true);
  });
  it("stays where it is, with its key, when somebody else saves a clause", () => {
    const theirs = edited((draft) => (clauseAt(draft, 5).text = "无争议"));
    const { draft, conflicts } = merge(base, half, theirs);
    expect(draft.items).toEqual(half.items);
    expect([clauseAt(draft, 5).text, conflicts]).toEqual(["无争议", []]);
  });
});

describe("a save that takes its time", () => {
  const sent = edited((draft) => draft.clauses.push({ ...newClause(), text: "新的一条" }, newClause()));
  const saved = copyOf(sent);
  saved.clauses = sent.clauses.slice(0, -1).map((each) => ({ ...each, key: each.id ?? "k9", id: each.id ?? "k9" }));
  it("leaves what was typed meanwhile, and knows the new clause by its id", () => {
    const now = copyOf(sent);
    clauseAt(now, base.clauses.length).text = "新的一条，改了";
    clauseAt(now, 0).text = "第一条也改了";
    const after = afterSave(now, sent, saved);
    expect(after.clauses.map(({ id, text }) => [id, text])).toEqual(now.clauses.map(({ id, text }, at) => [at === base.clauses.length ? "k9" : id, text]));
    expect(same(editOf(after, 4), editOf(saved, 4))).toBe(false);
  });
  it("leaves a row half written", () => {
    const half = copyOf(sent);
    half.items.push({ ...newItem(), name: "交通费" });
    const after = afterSave(half, half, saved);
    expect(after.items).toEqual(half.items);
    expect(editOf(after, 4)).toEqual(editOf(saved, 4));
  });
  it("takes what is stored where nothing else was written", () => {
    const whole = copyOf(sent);
    whole.clauses.pop();
    expect(afterSave(whole, whole, saved)).toEqual(saved);
  });
});

describe("two people writing", () => {
  it("joins changes of different places", () => {
    const mine = edited((draft) => (clauseAt(draft, 4).text = "十日"));
    const theirs = edited((draft) => (clauseAt(draft, 5).text = "无争议"));
    const { draft, conflicts } = merge(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect([clauseAt(draft, 4).text, clauseAt(draft, 5).text]).toEqual(["十日", "无争议"]);
  });
  it("keeps mine and shows theirs where both changed the same clause", () => {
    const mine = edited((draft) => (clauseAt(draft, 4).text = "十日"));
    const theirs = edited((draft) => (clauseAt(draft, 4).text = "十五日"));
    const { draft, conflicts } = merge(base, mine, theirs);
    expect(clauseAt(draft, 4).text).toBe("十日");
    expect(conflicts).toEqual([{ where: "clause", id: "k5", mine: "十日", theirs: "十五日" }]);
  });
  it("loses no clause that somebody wrote", () => {
    const mine = edited((draft) => draft.clauses.push({ key: "n", id: null, text: "保密" }));
    const theirs = edited((draft) => draft.clauses.splice(0, 1));
    const joined = merge(base, mine, theirs).draft.clauses.map((each) => each.text);
    expect(joined).toHaveLength(8);
    expect(joined.at(-1)).toBe("保密");
  });
  it("brings a clause back that they removed while I changed it", () => {
    const mine = edited((draft) => (clauseAt(draft, 0).text = "改过"));
    const theirs = edited((draft) => draft.clauses.splice(0, 1));
    expect(merge(base, mine, theirs).draft.clauses.map((each) => each.text)).toContain("改过");
  });
  it("does what theirs is when I changed nothing, and mine when they changed nothing", () => {
    const other = edited((draft) => {
      draft.facts = "别的事实";
      draft.items.pop();
    });
    expect(editOf(merge(base, base, other).draft, 1)).toEqual(editOf(other, 1));
    expect(editOf(merge(base, other, base).draft, 1)).toEqual(editOf(other, 1));
  });
});

describe("answers to clauses", () => {
  it("stand in one column a signing person", () => {
    expect(columnsOf(DRAFT).map((each) => each.label)).toEqual(["甲方", "乙方"]);
  });
  it("are told by word and shape", () => {
    const [first, , , , fifth, sixth] = DRAFT.clauses;
    if (!first || !fifth || !sixth) throw new Error("no clauses");
    expect(answerWord(first, "p1a", null)).toEqual({ word: "agreed", tone: "ok" });
    expect(answerWord(fifth, "p2a", null)).toEqual({ word: "wantsChange", tone: "warn" });
    expect(answerWord(sixth, "p1a", null)).toEqual({ word: "notRead", tone: "none" });
    expect(answerWord(sixth, "p1a", sixth.id).word).toBe("reading");
  });
  it("say which clause is read next", () => {
    expect(nextToRead(DRAFT)?.no).toBe(5);
    expect(nextToRead(DRAFT, "k5")?.no).toBe(6);
    expect(nextToRead({ ...DRAFT, clauses: DRAFT.clauses.slice(0, 4) })).toBeNull();
  });
  it("number clauses as people do", () => {
    expect([1, 10, 11, 20, 25, 99].map(chineseNumber)).toEqual(["一", "十", "十一", "二十", "二十五", "九十九"]);
  });
});

describe("one scan of all the signed pages", () => {
  const sheets = [1, 2, 3].map((page) => ({ page, file: "bound", uploaded_by: "苏敏", uploaded_at: "2026-03-02T02:00:00Z" }));
  const bound = { ...ON_PAPER, paper: { pages: sheets, compared: false, may_not_compare: false } } as typeof ON_PAPER;
  it("is ticked page by page", () => {
    const first = bound.paper?.pages[0];
    if (first === undefined) throw new Error("no page");
    const ticks: Ticks = { pages: { [tickOf(first)]: true }, lines: {} };
    expect(comparisonOf(bound, ticks).pages.map((each) => [each.page, each.same])).toEqual([[1, true], [2, false], [3, false]]);
    expect(owedOnPaper(bound, ticks)[0]).toBe("第 2、3 页没有对照");
    const again = { ...bound, paper: { ...bound.paper, pages: sheets.map((each) => ({ ...each, file: "better" })) } } as typeof ON_PAPER;
    expect(comparisonOf(again, ticks).pages.some((each) => each.same)).toBe(false);
  });
});
