/** The blocks of the rights notice in the present language, as the jurisdiction pack has them. */
import { lang } from "../i18n.ts";
import { pack } from "../session.ts";

export interface RightsText {
  readonly no: number;
  readonly title: string;
  readonly text: string;
}

export function rightsTexts(): readonly RightsText[] {
  const en = lang.value === "en";
  return (pack.value?.rights ?? []).map((each) => ({
    no: each.no,
    title: en ? each.title_en : each.title_zh,
    text: en ? each.text_en : each.text_zh,
  }));
}
