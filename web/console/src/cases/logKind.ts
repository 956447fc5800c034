/** What happened, in words; going to a space and leaving it names the space and, where there is one, the side. */
import { hasWord, wordOf } from "../i18n.ts";

export interface Happening {
  readonly kind: string;
  readonly space?: unknown;
  readonly side?: unknown;
}

const named = ({ kind, space }: Happening): string => `${kind}.${String(space)}`;

/** Whether the words themselves say the space and the side. */
export const namesSpace = (happening: Happening): boolean => hasWord("log", named(happening));

export function kindWord(happening: Happening): string {
  if (!namesSpace(happening)) return wordOf("log", happening.kind);
  return wordOf("log", named(happening), { side: wordOf("side", String(happening.side)) });
}
