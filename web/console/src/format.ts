/** Dates and times in the committee's zone, for people and for tables. */
import { ZONE, clockForPeople, type Lang } from "@heyi/core";

function partsOf(iso: string, options: Intl.DateTimeFormatOptions, locale = "en-GB"): Record<string, string> {
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(iso) ? `${iso}T12:00:00+08:00` : iso);
  const parts = new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: "h23", ...options }).formatToParts(at);
  return Object.fromEntries(parts.map((part) => [part.type, part.value]));
}

/** 2025-03-14 of an instant or a day, for tables. */
export function tableDay(iso: string | null): string {
  if (iso === null) return "";
  const { year = "", month = "", day = "" } = partsOf(iso, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${year}-${month}-${day}`;
}

/** 9:00 of an instant. */
export function clock(iso: string, lang: Lang): string {
  return clockForPeople(iso, lang);
}

/** 2025-03-14 09:00 of an instant, for tables and registers. */
export function tableMoment(iso: string | null): string {
  if (iso === null) return "";
  const { hour = "", minute = "" } = partsOf(iso, { hour: "2-digit", minute: "2-digit" });
  return `${tableDay(iso)} ${hour}:${minute}`;
}

/** 11:38:20 of an instant. */
export function clockSeconds(iso: string): string {
  const { hour = "", minute = "", second = "" } = partsOf(iso, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return `${hour}:${minute}:${second}`;
}

/** 3 月 14 日 / 14 March. */
export function shortDay(iso: string, lang: Lang): string {
  if (lang === "en") {
    const { day = "", month = "" } = partsOf(iso, { day: "numeric", month: "long" });
    return `${day} ${month}`;
  }
  const { month = "", day = "" } = partsOf(iso, { month: "numeric", day: "numeric" });
  return `${Number(month)} 月 ${Number(day)} 日`;
}

/** The day, with its year where that is not the year of `today`: 2027 年 3 月 14 日 / 14 March 2027. */
export function dayFrom(today: string, iso: string, lang: Lang): string {
  const year = iso.slice(0, 4);
  if (today.slice(0, 4) === year) return shortDay(iso, lang);
  return lang === "en" ? `${shortDay(iso, lang)} ${year}` : `${year} 年 ${shortDay(iso, lang)}`;
}

/** 星期五 / Friday; short: 周五 / Fri. */
export function weekday(iso: string, lang: Lang, short = false): string {
  const locale = lang === "en" ? "en-GB" : "zh-CN";
  return partsOf(iso, { weekday: short ? "short" : "long" }, locale)["weekday"] ?? "";
}

/** Day of the month alone. */
export function dayOfMonth(iso: string): string {
  return partsOf(iso, { day: "numeric" })["day"] ?? "";
}

export function minutesUntil(iso: string, nowMs: number): number {
  return Math.round((Date.parse(iso) - nowMs) / 60_000);
}

/** Value of a `datetime-local` field as an instant in the committee's zone, and back. */
export function instantOf(local: string): string | null {
  return local === "" ? null : new Date(`${local}:00+08:00`).toISOString();
}

export function localOf(iso: string | null): string {
  return iso === null ? "" : tableMoment(iso).replace(" ", "T");
}

/** 2.4 MB */
export function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** 7 分 12 秒 style numbers of a length in seconds. */
export function lengthOf(seconds: number): { readonly hours: number; readonly minutes: number; readonly seconds: number } {
  const whole = Math.max(0, Math.floor(seconds));
  return { hours: Math.floor(whole / 3600), minutes: Math.floor(whole / 60) % 60, seconds: whole % 60 };
}
