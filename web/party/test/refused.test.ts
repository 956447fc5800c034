import { describe, expect, it } from "vitest";
import { RefusedError } from "../src/api.ts";
import { signingWord } from "../src/refused.ts";

const refused = (code: string, facts: Record<string, unknown> = {}) => new RefusedError({ code, facts } as ConstructorParameters<typeof RefusedError>[0]);

describe("a refused signature", () => {
  it.each([
    ["wrong_state", { state: "statement_expired" }, true, "signExpiredCode"],
    ["wrong_state", { state: "statement_expired" }, false, "signExpired"],
    ["wrong_state", { state: "signed_already" }, true, "signAlready"],
    ["wrong_state", { state: "locked_before" }, true, "signLockedBefore"],
    ["wrong_state", { state: "draft" }, true, "signNotYourTurn"],
    ["stale_revision", {}, true, "signChanged"],
    ["missing_steps", { missing: ["pages"] }, true, "signPagesAgain"],
    ["missing_steps", { missing: ["identity"] }, true, "signBlockedIdentity"],
    ["missing_steps", { missing: ["parties"] }, true, "signBlocked"],
    ["certificate_unproven", {}, true, "signNoCertificate"],
    ["no_certificate", { reason: "command" }, true, "signNoCertificate"],
    ["forbidden", { act: "sign" }, true, "signFailed"],
  ])("%s %j with codes %s says %s", (code, facts, codes, word) => {
    expect(signingWord(refused(code, facts), codes)).toBe(word);
  });
});
