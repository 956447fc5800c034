/** The console's language: both dictionaries are typed by the Chinese one; the choice is remembered in this browser. */
import { computed, ref, type ComputedRef } from "vue";
import { langOf, translator, type Lang, type Translate, type Vars } from "@heyi/core";
import { en } from "./strings/en.ts";
import { zh, type Key } from "./strings/zh.ts";

export type { Key } from "./strings/zh.ts";
const KEPT = "heyi.console.lang";

function kept(): Lang {
  const from = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEPT);
  return langOf(from ?? "zh-CN");
}

export const lang = ref<Lang>(kept());
const current: ComputedRef<Translate<Key>> = computed(() => translator<Key>(lang.value === "en" ? en : zh));

export const t = (key: Key, vars?: Vars): string => current.value(key, vars);

export function setLang(next: Lang): void {
  lang.value = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
}

/** Words for a server's code in one group, or the bare code when there are none (codes are stable words). */
export function wordOf(group: string, code: string, vars?: Vars): string {
  const key = `${group}.${code}`;
  return key in zh ? t(key as Key, vars) : code;
}

export function hasWord(group: string, code: string): boolean {
  return `${group}.${code}` in zh;
}

/** A pack entry's name in the present language. */
export function nameOf(list: readonly { code: string; zh: string; en: string }[] | undefined, code: string): string {
  const found = list?.find((each) => each.code === code);
  return found === undefined ? code : lang.value === "en" ? found.en : found.zh;
}

/** Between the parts of a list. */
export const comma = computed(() => (lang.value === "en" ? ", " : "、"));

/** Between the phrases of a line; phrases that say nothing are left out. */
export const stop = computed(() => (lang.value === "en" ? ", " : "，"));
export const phrases = (...all: readonly (string | null | undefined | false)[]): string =>
  all.filter((each) => typeof each === "string" && each !== "").join(stop.value);
