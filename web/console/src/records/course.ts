/** The course of events as it is shown: what befalls the same person several times in a row is one line. Pure. */
import type { Schemas } from "../api/types.ts";
import { tableDay } from "../format.ts";

type Row = Schemas["CourseRow"];
export interface CourseLine extends Row {
  readonly times: number;
  /** What was agreed to, refused or taken back, each once. */
  readonly scopes: readonly string[];
  /** What was shown or read out, each once, as code and version. */
  readonly notices: readonly string[];
  /** The first line of a day carries the day. */
  readonly newDay: boolean;
}

const SHOWN_OF_A_VERSION = 8;
const same = (one: Row, other: Row): boolean => one.kind === other.kind && one.who === other.who && one.space === other.space && one.side === other.side;

const both = (one: readonly string[], other: readonly string[]): readonly string[] => [...new Set([...one, ...other])];

export function courseOf(rows: readonly Row[]): readonly CourseLine[] {
  const lines: CourseLine[] = [];
  for (const row of rows) {
    const last = lines[lines.length - 1];
    const sameDay = last !== undefined && tableDay(last.at) === tableDay(row.at);
    const scopes = row.scope === null ? [] : [row.scope];
    const notices = row.notice === null ? [] : [`${row.notice} ${row.version ?? ""}`];
    if (sameDay && same(last, row)) lines[lines.length - 1] = { ...last, times: last.times + 1, scopes: both(last.scopes, scopes), notices: both(last.notices, notices) };
    else lines.push({ ...row, times: 1, scopes, notices, newDay: !sameDay });
  }
  return lines;
}

/** A notice by its name and the beginning of the fingerprint of its words; `nameOf` knows the codes. */
export function noticeWord(notice: string, nameOf: (code: string) => string): string {
  const [code = "", version = ""] = notice.split(" ");
  return `${nameOf(code)} ${version.slice(0, SHOWN_OF_A_VERSION)}`;
}
