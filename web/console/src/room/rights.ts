/** The blocks of the rights notice in the present language, as the jurisdiction pack has them. */
import { lang } from "../i18n.ts";
import { pack } from "../session.ts";

export interface RightsText {
  readonly no: number;
  readonly title: string;
  readonly text: string;
}

interface PackRights {
  readonly no: number;
  readonly title_zh: string;
  readonly title_en: string;
  readonly text_zh: string;
  readonly text_en: string;
}

export function rightsTexts(): readonly RightsText[] {
  const rights = (pack.value as { rights?: readonly PackRights[] } | null)?.rights ?? [];
  const en = lang.value === "en";
  return rights.map((each) => ({ no: each.no, title: en ? each.title_en : each.title_zh, text: en ? each.text_en : each.text_zh }));
}
