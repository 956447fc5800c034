/** What is wrong in the registration form, by the fields that it shows. */
import type { Refused } from "../api/client.ts";
import { t } from "../i18n.ts";
import { fieldErrors, type FieldErrors } from "../refusals.ts";
import type { CaseDraft } from "./draft.ts";

const NAME = /^(parties\.(\d+))\.people\.(\d+)\.name$/;

/** A natural person's own name is asked for once, as the party's. */
function shownAt(draft: CaseDraft, field: string): string {
  const [, party, no, index] = NAME.exec(field) ?? [];
  const found = draft.parties[Number(no)];
  const own = found?.kind === "person" && found.people[Number(index)]?.role === "party";
  return own && party !== undefined ? `${party}.name` : field;
}

/** Field by field; a type that was not chosen is told with the first faults, which the server judges before it. */
export function faultsOf(draft: CaseDraft, error: Refused): FieldErrors {
  const found = Object.entries(fieldErrors(error)).map(([field, text]) => [shownAt(draft, field), text] as const);
  if (found.length === 0) return {};
  const unchosen = draft.dispute_type === "" ? { dispute_type: t("invalid.unknown_code") } : {};
  return { ...unchosen, ...Object.fromEntries(found) };
}
