/** How a member of staff is called beside the own name. */
import type { Role } from "../api/types.ts";
import { comma, lang, wordOf } from "../i18n.ts";

/** The committee's own title; where that is Chinese and the page English, the roles. */
export function ownTitle({ title, roles }: { readonly title: string; readonly roles: readonly Role[] }): string {
  const readable = lang.value !== "en" || !/\p{Script=Han}/u.test(title);
  return title !== "" && readable ? title : roles.map((role) => wordOf("role", role)).join(comma.value);
}
