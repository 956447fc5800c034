/** The course of events as it is shown: what befalls the same person several times in a row is one line. Pure. */
import type { Schemas } from "../api/types.ts";
import { tableDay } from "../format.ts";

type Row = Schemas["CourseRow"];
export interface CourseLine extends Row {
  readonly times: number;
  /** What was agreed to, refused or taken back, each once. */
  readonly scopes: readonly string[];
  /** The first line of a day carries the day. */
  readonly newDay: boolean;
}

const same = (one: Row, other: Row): boolean => one.kind === other.kind && one.who === other.who && one.space === other.space && one.side === other.side;

export function courseOf(rows: readonly Row[]): readonly CourseLine[] {
  const lines: CourseLine[] = [];
  for (const row of rows) {
    const last = lines[lines.length - 1];
    const sameDay = last !== undefined && tableDay(last.at) === tableDay(row.at);
    const scopes = row.scope === null ? [] : [row.scope];
    if (sameDay && same(last, row)) lines[lines.length - 1] = { ...last, times: last.times + 1, scopes: [...new Set([...last.scopes, ...scopes])] };
    else lines.push({ ...row, times: 1, scopes, newDay: !sameDay });
  }
  return lines;
}
