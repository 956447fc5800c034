/** The rules for keeping files as a committee sees and changes them. */
import type { KeepingRuleView } from "../api/types.ts";

/** One rule as it is sent; no years is for good. */
export type Rule = Omit<KeepingRuleView, "own">;

/** The rules that hold: a committee's own, and the suggestions for every other kind. */
export function inForce(rules: readonly KeepingRuleView[]): KeepingRuleView[] {
  const decided = new Set(rules.filter((rule) => rule.own).map((rule) => rule.dispute_type));
  return rules.filter((rule) => rule.own || !decided.has(rule.dispute_type));
}

/** The committee's own rules once one kind is decided anew, or left to the suggestion again. */
export function ownWith(rules: readonly KeepingRuleView[], kind: string, rule: Rule | null): Rule[] {
  const others = rules.filter((each) => each.own && each.dispute_type !== kind);
  const plain = others.map(({ dispute_type, years, basis }) => ({ dispute_type, years, basis }));
  return rule === null ? plain : [...plain, rule];
}
