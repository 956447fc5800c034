/** What somebody answered to the consents, in words, and what is news of it. Pure. */
import type { Schemas, Snapshot } from "../api/types.ts";
import { phrases, t } from "../i18n.ts";

export type Answered = Schemas["DeskConsent"];

function answerKey({ agreed, withdrawn }: Answered): "consentOpen" | "consentGiven" | "consentTakenBack" | "consentRefused" {
  if (agreed === null) return "consentOpen";
  if (agreed) return "consentGiven";
  return withdrawn ? "consentTakenBack" : "consentRefused";
}

export function consentWord(answered: Answered): string {
  const own = answered.wish === null ? "" : t(answered.wish ? "wishFor" : "wishAgainst");
  return phrases(t(answerKey(answered)), own);
}

export interface Withdrawn {
  readonly seat: string;
  readonly scope: string;
}

/** Who took back what since the snapshot before; of a first snapshot nothing is news. */
export function takenBack(before: Snapshot | null, after: Snapshot | null): readonly Withdrawn[] {
  const all = (shown: Snapshot | null): readonly Withdrawn[] =>
    (shown?.desk?.seats ?? []).flatMap(({ seat, consents }) => consents.filter((each) => each.withdrawn).map(({ scope }) => ({ seat, scope })));
  if (before === null) return [];
  const known = all(before);
  return all(after).filter((each) => !known.some((one) => one.seat === each.seat && one.scope === each.scope));
}
