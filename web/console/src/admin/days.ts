/** Days as typed by people: lines, commas, ranges. Pure. */

const DAY = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/;
const RANGE = /\s*(?:到|至|~|–|—|\bto\b)\s*/;
const DAY_MS = 86_400_000;
const LONGEST = 40;

function dayOf(text: string): string | null {
  const match = DAY.exec(text.trim());
  if (match === null) return null;
  const iso = `${match[1] ?? ""}-${(match[2] ?? "").padStart(2, "0")}-${(match[3] ?? "").padStart(2, "0")}`;
  const at = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== iso ? null : iso;
}

function range(from: string, to: string): string[] | null {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
  if (days < 0 || days > LONGEST) return null;
  return Array.from({ length: days + 1 }, (_each, index) => new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10));
}

function read(entry: string): string[] | null {
  const [first, last, ...rest] = entry.split(RANGE);
  if (rest.length > 0 || first === undefined) return null;
  const from = dayOf(first);
  if (from === null) return null;
  if (last === undefined) return [from];
  const to = dayOf(last);
  return to === null ? null : range(from, to);
}

export interface Days {
  readonly days: readonly string[];
  readonly bad: readonly string[];
}

/** Every day once and in order; what cannot be read is given back as typed. */
export function readDays(text: string): Days {
  const entries = text.split(/[\n,，、;；]+/).map((each) => each.trim()).filter((each) => each !== "");
  const found = entries.map((entry) => ({ entry, days: read(entry) }));
  return {
    days: [...new Set(found.flatMap((each) => each.days ?? []))].sort(),
    bad: found.filter((each) => each.days === null).map((each) => each.entry),
  };
}

/** The same days as text, neighbours as one range. */
export function writeDays(days: readonly string[], to: string): string {
  const lines: string[] = [];
  let start: string | null = null;
  const sorted = [...days].sort();
  sorted.forEach((day, index) => {
    start ??= day;
    const next = sorted[index + 1];
    if (next !== undefined && Date.parse(next) - Date.parse(day) === DAY_MS) return;
    lines.push(start === day ? day : `${start} ${to} ${day}`);
    start = null;
  });
  return lines.join("\n");
}
