/** What is owed before the next step: a list, and the one button that settles each row. Pure. */
import { refusingSigners } from "../agreement/findings.ts";
import type { AgreementView, SeatState, Snapshot } from "../api/types.ts";
import { readOwed } from "../owed.ts";
import { over, seatsOf, sidesOf } from "./scene.ts";

export type Phase = "open" | "joint" | "draft" | "lock" | "sign" | "seal" | "close" | "over";
export type RowAct = "identity" | "consent" | "rights" | "admit" | "minutes" | "agreement" | "answerCall";
export type RowCode =
  | "presence"
  | "online_consent"
  | "guardian_consent"
  | "refuses_e_signature"
  | "refuses_online"
  | "identity"
  | "rights"
  | "admitted"
  | "minutesWritten"
  | "minutesConfirmed"
  | "drafted"
  | "lockReady"
  | "declined"
  | "signed"
  | "sealed";

export interface Row {
  readonly key: string;
  readonly code: RowCode;
  readonly done: boolean;
  /** Names it concerns: those who have done it when done, the one who owes it else. */
  readonly names: readonly string[];
  readonly seat: string | null;
  readonly act: RowAct | null;
}

export interface Owed {
  readonly phase: Phase;
  readonly rows: readonly Row[];
  readonly missing: number;
}

const BEFORE_JOINT: readonly RowCode[] = ["online_consent", "guardian_consent", "identity", "rights"];
const ACTS: Partial<Record<RowCode, RowAct>> = { online_consent: "consent", guardian_consent: "consent", identity: "identity", rights: "rights", admitted: "admit" };

export function phaseOf(snapshot: Snapshot): Phase {
  if (over(snapshot)) return "over";
  if (snapshot.state === "scheduled") return "open";
  const state = snapshot.agreement_state;
  if (state === "sealed") return "close";
  if (state === "signed") return "seal";
  if (state === "locked") return "sign";
  const admitted = snapshot.seats.filter((seat) => seat.side !== null && seat.admitted).map((seat) => seat.side);
  if (sidesOf(snapshot).some((side) => !admitted.includes(side))) return "joint";
  return state === "drafting" && snapshot.agreement_revision > 0 ? "lock" : "draft";
}

/** People who are expected live: present, or owing something while their side has nobody else present. */
function expected(snapshot: Snapshot): readonly { seat: string; name: string; admitted: boolean; owed: readonly string[] }[] {
  return sidesOf(snapshot).flatMap((side) => {
    const seats = seatsOf(snapshot, side);
    const here = seats.filter((seat) => seat.present);
    return (here.length > 0 ? here : seats).map((seat) => ({
      seat: seat.seat,
      name: seat.name,
      admitted: seat.admitted,
      owed: (snapshot.desk?.seats.find((each) => each.seat === seat.seat)?.owed ?? []).map((entry) => readOwed(entry).code),
    }));
  });
}

function rowsFor(code: RowCode, people: readonly { seat: string; name: string }[], owes: (seat: string) => boolean): readonly Row[] {
  const done = people.filter((each) => !owes(each.seat));
  const head: readonly Row[] =
    done.length > 0 ? [{ key: `${code}-done`, code, done: true, names: done.map((each) => each.name), seat: null, act: null }] : [];
  const owing = people
    .filter((each) => owes(each.seat))
    .map((each): Row => ({ key: `${code}-${each.seat}`, code, done: false, names: [each.name], seat: each.seat, act: ACTS[code] ?? null }));
  return [...head, ...owing];
}

/** Who does not want it by video is called by the office: the row says so in place of what he will not do. */
function called(snapshot: Snapshot, rows: readonly Row[]): readonly Row[] {
  const refusing = new Set(snapshot.desk?.seats.filter((each) => each.online_consent === false).map((each) => each.seat));
  return rows.map((each) => (!each.done && refusing.has(each.seat ?? "") ? { ...each, code: "refuses_online" } : each));
}

/** A ward's consent is not his to give: the row leads to who answers for him, or to nobody. */
function guarded(snapshot: Snapshot, rows: readonly Row[]): readonly Row[] {
  const guardianOf = (seat: string | null): string | null => snapshot.desk?.seats.find((each) => each.seat === seat)?.decided_by?.[0] ?? null;
  return rows.filter((each) => !each.done).map((each) => ({ ...each, seat: guardianOf(each.seat), act: guardianOf(each.seat) === null ? null : each.act }));
}

function rowsOfConsent(snapshot: Snapshot, code: RowCode, rows: readonly Row[]): readonly Row[] {
  if (code === "online_consent") return called(snapshot, rows);
  return code === "guardian_consent" ? guarded(snapshot, called(snapshot, rows)) : rows;
}

/** Who will not sign on a phone: the text is locked for paper, or he declares before witnesses. */
function refusingRows(agreement: AgreementView | null): readonly Row[] {
  const names = (agreement === null ? [] : refusingSigners(agreement)).map((each) => String(each.facts["name"] ?? ""));
  return names.length > 0 ? [row("refuses_e_signature", false, "agreement", names)] : [];
}

function presenceRows(snapshot: Snapshot): readonly Row[] {
  const people = sidesOf(snapshot).flatMap((side) => seatsOf(snapshot, side));
  const here = new Set(people.filter((seat) => seat.present).map((seat) => seat.seat));
  return called(snapshot, rowsFor("presence", people, (seat) => !here.has(seat)));
}

function jointRows(snapshot: Snapshot): readonly Row[] {
  const people = expected(snapshot);
  const rowsOfCode = (code: RowCode): readonly Row[] => rowsFor(code, people, (seat) => people.find((each) => each.seat === seat)?.owed.includes(code) ?? false);
  const byCode = BEFORE_JOINT.flatMap((code) => rowsOfConsent(snapshot, code, rowsOfCode(code)));
  const ready = people.filter((each) => each.owed.length === 0);
  return [...byCode, ...rowsFor("admitted", ready, (seat) => !(ready.find((each) => each.seat === seat)?.admitted ?? false))];
}

function row(code: RowCode, done: boolean, act: RowAct | null, names: readonly string[] = []): Row {
  return { key: code, code, done, names, seat: null, act };
}

function confirmedBy(snapshot: Snapshot): readonly string[] {
  return snapshot.seats.filter((seat) => seat.person_id !== null && snapshot.minutes.answers[seat.person_id] === true).map((seat) => seat.name);
}

function minutesRow(snapshot: Snapshot): Row {
  const names = confirmedBy(snapshot);
  const answering = sidesOf(snapshot).length;
  return row("minutesConfirmed", snapshot.minutes.ready && names.length >= answering, "minutes", names);
}

/**
 * What the minutes lack for a sitting to end with an agreement, as the server judges it (人民调解法 art. 27): without
 * them, or with a party that has not answered their last version, the note must say why.
 */
export function minutesOwed({ minutes, seats }: Snapshot): "minutes" | "minutes_answer" | null {
  if (minutes.items.length === 0) return "minutes";
  const people = seats.filter((seat) => seat.side !== null);
  const answered = new Set(people.filter((seat) => (seat.person_id ?? "") in minutes.answers).map(partyOf));
  return people.some((seat) => !answered.has(partyOf(seat))) ? "minutes_answer" : null;
}

const partyOf = ({ side, party }: SeatState): string => `${side} ${party}`;

function rowsOf(snapshot: Snapshot, phase: Phase, agreement: AgreementView | null): readonly Row[] {
  switch (phase) {
    case "open":
      return presenceRows(snapshot);
    case "joint":
      return jointRows(snapshot);
    case "draft":
      return [...jointRows(snapshot), row("minutesWritten", snapshot.minutes.items.length > 0, "minutes"), row("drafted", false, "agreement")];
    case "lock":
      return [...refusingRows(agreement), row("lockReady", agreement !== null && agreement.missing.length === 0, "agreement"), minutesRow(snapshot)];
    case "sign":
    case "seal":
    case "close":
      return signRows(snapshot, phase, agreement);
    case "over":
      return [];
  }
}

function signRows(snapshot: Snapshot, phase: Phase, agreement: AgreementView | null): readonly Row[] {
  const signatures = agreement?.signatures ?? [];
  const people = signatures.map((each) => ({ seat: each.signer, name: each.name }));
  const unsigned = new Set(signatures.filter((each) => each.signed_at === null).map((each) => each.signer));
  const rows = rowsFor("signed", people, (signer) => unsigned.has(signer)).map((each): Row => {
    const code = each.seat !== null && agreement?.refusals.some((no) => no.signer === each.seat) ? "declined" : each.code;
    return { ...each, code, act: each.done ? null : "agreement" };
  });
  return [...rows, row("sealed", phase === "close", null), minutesRow(snapshot)];
}

export function owedOf(snapshot: Snapshot, agreement: AgreementView | null = null): Owed {
  const phase = phaseOf(snapshot);
  const rows = rowsOf(snapshot, phase, agreement);
  return { phase, rows, missing: rows.filter((each) => !each.done).length };
}
