/** What a refused signature tells the person, by what the server says was in its way. */
import type { PartyKey } from "@heyi/core";
import type { RefusedError } from "./api.ts";

export const BLOCKED: Readonly<Record<string, PartyKey>> = {
  authority: "signBlockedAuthority",
  identity: "signBlockedIdentity",
  e_signature_consent: "signBlockedConsent",
  e_signature_refused: "signBlockedConsent",
  confirmed_on_video: "signBlockedVideo",
  locked_before: "signLockedBefore",
};

/** The state that was in the way, empty for other refusals: `statement_expired`, `signed_already` and more. */
export const stateOf = (error: RefusedError): string => (error.code === "wrong_state" ? String(error.facts["state"] ?? "") : "");

const owed = (error: RefusedError): string => String((error.facts["missing"] as readonly string[] | undefined)?.[0] ?? "");
export const owesPages = (error: RefusedError): boolean => error.code === "missing_steps" && owed(error) === "pages";

/** The sentence; a code goes with its statement, so a new statement needs a new one wherever codes are sent. */
export function signingWord(error: RefusedError, codes: boolean): PartyKey {
  if (error.code === "stale_revision") return "signChanged";
  if (error.code === "missing_steps") {
    return BLOCKED[owed(error)] ?? (owesPages(error) ? "signPagesAgain" : "signBlocked");
  }
  if (error.code === "certificate_unproven" || error.code === "no_certificate") return "signNoCertificate";
  const state = stateOf(error);
  if (state === "statement_expired") return codes ? "signExpiredCode" : "signExpired";
  if (state === "signed_already") return "signAlready";
  if (state === "locked_before") return "signLockedBefore";
  return error.code === "wrong_state" ? "signNotYourTurn" : "signFailed";
}
