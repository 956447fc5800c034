/** Sentences for refusals, and errors put to the fields they concern. */
import { Refused } from "./api/client.ts";
import { hasWord, t, wordOf } from "./i18n.ts";
import { tableMoment } from "./format.ts";
import { owedWord } from "./owed.ts";
import type { Vars } from "@heyi/core";

/** Refusals of paper and witnesses whose reason says more than their code. */
const OTHERWISE: ReadonlySet<string> = new Set(["invalid_value", "forbidden"]);

const MEGABYTE = 1024 * 1024;

function varsOf(error: Refused): Vars {
  const plain = Object.entries(error.facts).filter(
    (pair): pair is [string, string | number] => typeof pair[1] === "string" || typeof pair[1] === "number",
  );
  return Object.fromEntries(plain);
}

function triesText(error: Refused): string {
  const retry = error.facts["retry_at"];
  if (typeof retry === "string") return t("refusal.tooManyUntil", { time: tableMoment(retry) });
  return t("refusal.too_many_tries");
}

function tooFastText(error: Refused): string {
  const wait = error.facts["retry_after_s"];
  return typeof wait === "number" && wait > 2 ? t("refusal.tooFastFor", { seconds: wait }) : t("refusal.too_fast");
}

function tooLargeText(error: Refused): string {
  const { files, limit } = error.facts;
  if (typeof files === "number") return t("refusal.tooManyFiles", { files });
  if (typeof limit !== "number" || limit < MEGABYTE) return t("refusal.too_large");
  return t("refusal.tooLargeFor", { size: Math.floor(limit / MEGABYTE) });
}

/** What happened and what to do, without blame. */
export function refusalText(error: Refused): string {
  if (error.code === "too_many_tries") return triesText(error);
  if (error.code === "too_fast") return tooFastText(error);
  if (error.code === "wrong_code" && typeof error.facts["left"] !== "number") return t("refusal.wrongPlain");
  if (error.code === "missing_steps") return t("refusal.missing_steps", { missing: missingText(error) });
  if (error.code === "wrong_state") return t(error.facts["state"] === "locked_before" ? "refusal.locked_before" : "refusal.wrong_state");
  if (error.code === "too_large") return tooLargeText(error);
  const why = String(error.facts["reason"] ?? "");
  if (OTHERWISE.has(error.code) && hasWord("otherwise", why)) return wordOf("otherwise", why, varsOf(error));
  if (hasWord("refusal", error.code)) return wordOf("refusal", error.code, varsOf(error));
  if (hasWord("invalid", error.code)) return wordOf("invalid", error.code, varsOf(error));
  return t("refusal.other");
}

function missingText(error: Refused): string {
  const missing = error.facts["missing"];
  if (!Array.isArray(missing)) return "";
  return missing.map((each) => owedWord(String(each))).join(t("semicolon"));
}

/** Refusals that somebody who looks after the server has to end; their sentences send there. */
const TECHNICAL: ReadonlySet<string> = new Set([
  "archive_unavailable",
  "certificate_unproven",
  "disk_full",
  "fault",
  "key_unreadable",
  "keys_unavailable",
  "no_certificate",
  "no_sm2",
  "store_unavailable",
  "timestamp_unsound",
  "timestamps_unavailable",
  "work_failed",
]);

/** Whether the code helps anybody: not where the sentence says what to do, as after a typo. */
export function forTechnician(error: Refused): boolean {
  const known = hasWord("refusal", error.code) || hasWord("invalid", error.code);
  return TECHNICAL.has(error.code) || !known;
}

export type FieldErrors = Readonly<Record<string, string>>;

interface FieldFact {
  readonly field: string;
  readonly reason: string;
}

function fieldFacts(error: Refused): FieldFact[] {
  const list = error.facts["fields"] ?? error.facts["errors"];
  const rows = Array.isArray(list) ? (list as unknown[]) : [error.facts];
  return rows.flatMap((row) => {
    const { field, reason, code } = row as { field?: unknown; reason?: unknown; code?: unknown };
    if (typeof field !== "string") return [];
    return [{ field, reason: String(reason ?? code ?? error.code) }];
  });
}

/** Field paths of a refusal ("parties.0.people.0.id_no") with their sentences; brackets are read as dots. */
export function fieldErrors(error: Refused): FieldErrors {
  return Object.fromEntries(
    fieldFacts(error).map(({ field, reason }) => [
      field.replace(/\[(\w+)\]/g, ".$1").replace(/^body\./, ""),
      hasWord("invalid", reason) ? wordOf("invalid", reason, varsOf(error)) : t("invalid.other"),
    ]),
  );
}

/** Runs an act; a refusal lands in `keep`, anything else is a fault of this page and goes on. */
export async function refused<V>(act: () => Promise<V>, keep: (error: Refused | null) => void): Promise<V | null> {
  keep(null);
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    keep(error);
    return null;
  }
}
