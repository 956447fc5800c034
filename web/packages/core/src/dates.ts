/** Dates and times for people, in the committee's time zone: 3 月 14 日（星期五） and 上午 9:00. */
import type { Lang } from "./dictionary.ts";

export const ZONE = "Asia/Shanghai";

function part(parts: Intl.DateTimeFormatPart[], type: Intl.DateTimeFormatPartTypes): string {
  return parts.find((each) => each.type === type)?.value ?? "";
}

/** Month, day and weekday of an ISO instant. */
export function dayForPeople(iso: string, lang: Lang, zone: string = ZONE): string {
  const options: Intl.DateTimeFormatOptions = { month: "numeric", day: "numeric", weekday: "long", timeZone: zone };
  if (lang === "en") return new Intl.DateTimeFormat("en-GB", { ...options, month: "long" }).format(new Date(iso));
  const parts = new Intl.DateTimeFormat("zh-CN", options).formatToParts(new Date(iso));
  return `${part(parts, "month")} 月 ${part(parts, "day")} 日（${part(parts, "weekday")}）`;
}

/** Clock time as 9:00 (24 h); with `half` the Chinese half of the day stands before it, on a 12 h clock. */
export function clockForPeople(iso: string, lang: Lang, half = false, zone: string = ZONE): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).formatToParts(new Date(iso));
  const hour = Number(part(parts, "hour"));
  const minute = part(parts, "minute");
  if (!half || lang === "en") return `${hour}:${minute}`;
  const word = hour < 12 ? "上午" : hour < 13 ? "中午" : hour < 18 ? "下午" : "晚上";
  return `${word} ${hour > 12 ? hour - 12 : hour}:${minute}`;
}

/** Exact moment for a receipt: 2025 年 3 月 14 日 11:38:20. */
export function momentForPeople(iso: string, lang: Lang, zone: string = ZONE): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).formatToParts(new Date(iso));
  const clock = `${part(parts, "hour")}:${part(parts, "minute")}:${part(parts, "second")}`;
  const [year, month, day] = [part(parts, "year"), part(parts, "month"), part(parts, "day")];
  if (lang === "en") return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")} ${clock}`;
  return `${year} 年 ${Number(month)} 月 ${Number(day)} 日 ${clock}`;
}

/** Whole minutes between two instants in ms, never negative. */
export function minutesBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.floor((toMs - fromMs) / 60_000));
}
