/** Words for what is owed. A code may carry a count, a clause number or a person behind a colon: `identity:陈水根`. */
import { hasWord, t, wordOf } from "./i18n.ts";

export interface Owed {
  readonly code: string;
  readonly detail: string;
}

export function readOwed(entry: string): Owed {
  const at = entry.indexOf(":");
  return at < 0 ? { code: entry, detail: "" } : { code: entry.slice(0, at), detail: entry.slice(at + 1) };
}

/** Owed on paper: the detail is a page, which its sentence names, or a signer's id, which nobody reads. */
const ON_PAPER: ReadonlySet<string> = new Set(["page_missing", "page_not_compared", "page_differs", "line_empty", "undated", "company_seal"]);

/** The word from whichever group has the code; a number of a clause goes into its sentence. */
export function owedWord(entry: string): string {
  const { code, detail } = readOwed(entry);
  if (ON_PAPER.has(code)) return wordOf("owed", code, { page: detail });
  if (hasWord("owed", code)) return detail === "" ? wordOf("owed", code) : t("owedDetail", { word: wordOf("owed", code), detail });
  if (hasWord("blocked", code)) return wordOf("blocked", code);
  if (hasWord("lint", code)) return wordOf("lint", code, { no: detail, party: "", name: "", place: t("placeWhole") });
  return code;
}
