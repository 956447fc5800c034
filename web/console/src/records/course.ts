/** The course of events as it is shown: the same happening several times in a row is one line. Pure. */
import type { Schemas } from "../api/types.ts";
import { tableDay } from "../format.ts";

export interface CourseLine {
  readonly at: string;
  readonly kind: string;
  readonly times: number;
  /** The first line of a day carries the day. */
  readonly newDay: boolean;
}

export function courseOf(rows: readonly Schemas["CourseRow"][]): readonly CourseLine[] {
  const lines: CourseLine[] = [];
  for (const row of rows) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.kind === row.kind && tableDay(last.at) === tableDay(row.at)) lines[lines.length - 1] = { ...last, times: last.times + 1 };
    else lines.push({ at: row.at, kind: row.kind, times: 1, newDay: last === undefined || tableDay(last.at) !== tableDay(row.at) });
  }
  return lines;
}
