/** Words for what is owed. A code may carry a count or a person behind a colon: `identity:3`, `consents:陈水根`. */
import { hasWord, t, wordOf } from "./i18n.ts";

export interface Owed {
  readonly code: string;
  readonly detail: string;
}

export function readOwed(entry: string): Owed {
  const at = entry.indexOf(":");
  return at < 0 ? { code: entry, detail: "" } : { code: entry.slice(0, at), detail: entry.slice(at + 1) };
}

export function owedWord(entry: string): string {
  const { code, detail } = readOwed(entry);
  const word = hasWord("owed", code) ? wordOf("owed", code) : code;
  return detail === "" ? word : t("owedDetail", { word, detail });
}
