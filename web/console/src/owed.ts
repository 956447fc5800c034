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

/** The word from whichever group has the code; a number of a clause goes into its sentence. */
export function owedWord(entry: string): string {
  const { code, detail } = readOwed(entry);
  if (hasWord("owed", code)) return detail === "" ? wordOf("owed", code) : t("owedDetail", { word: wordOf("owed", code), detail });
  if (hasWord("blocked", code)) return wordOf("blocked", code);
  if (hasWord("lint", code)) return wordOf("lint", code, { no: detail, party: "", name: "", place: t("placeWhole") });
  return code;
}
