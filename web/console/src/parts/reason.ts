/** What a reason lacks, in the words beside the button; null when it is long enough for the server. */
import { t } from "../i18n.ts";

const SHORTEST = 2;

export function reasonLacks(text: string): string | null {
  const length = text.trim().length;
  if (length >= SHORTEST) return null;
  return t(length === 0 ? "reasonFirst" : "reasonShort");
}
