/** Which screen the party sees, and who sits where on it: pure readings of the machine's state. */
import { audienceSentence, type AudienceSentence } from "./audience.ts";
import type { Lang } from "./dictionary.ts";
import { isOver, sends, type PartyState } from "./machine.ts";
import { mediatorName } from "./names.ts";
import type { SeatState, SeatView, Snapshot } from "./protocol.ts";

export type Screen =
  | "invitation"
  | "declined"
  | "consents"
  | "device"
  | "connecting"
  | "second"
  | "replaced"
  | "lobby"
  | "reception"
  | "joint"
  | "caucus"
  | "hold"
  | "paused"
  | "frozen"
  | "readBack"
  | "minutes"
  | "sign"
  | "receipt"
  | "ended"
  | "cut"
  | "left";

/** Whether the own signature or the seal is there: then the receipt is what there is to see. */
function hasReceipt(seat: SeatView): boolean {
  return seat.receipt !== null && (seat.receipt.signed_at !== null || seat.receipt.state === "sealed");
}

function papers(state: PartyState): Screen {
  const { seat } = state;
  if (hasReceipt(seat)) return "receipt";
  return seat.may_sign && seat.agreement_state === "locked" ? "sign" : "ended";
}

function together(state: PartyState, snapshot: Snapshot): Screen {
  if (state.aside || snapshot.space !== "joint") return snapshot.space;
  if (snapshot.reading !== null) return "readBack";
  if (snapshot.minutes.ready && !minutesAnswered(snapshot)) return "minutes";
  const locked = snapshot.agreement_state !== null && snapshot.agreement_state !== "drafting";
  if (locked && hasReceipt(state.seat)) return "receipt";
  return snapshot.agreement_state === "locked" && state.seat.may_sign ? "sign" : "joint";
}

function minutesAnswered(snapshot: Snapshot): boolean {
  const own = snapshot.seats.find((seat) => seat.you);
  const person = own?.person_id ?? null;
  return person !== null && snapshot.minutes.answers[person] !== undefined;
}

function live(state: PartyState): Screen {
  const { snapshot } = state;
  if (state.line === "replaced") return "replaced";
  // The last snapshot is from before: who hears whom is not known here any more.
  if (state.cut !== null && !(snapshot !== null && isOver(snapshot))) return "cut";
  if (snapshot === null) return "connecting";
  // Papers are for the phone that holds the seat: one that waited in vain is told that it is over.
  if (snapshot.device === "waiting") return isOver(snapshot) ? "ended" : "second";
  if (isOver(snapshot)) return papers(state);
  if (snapshot.state === "frozen" || snapshot.hold === "mediator_lost") return "frozen";
  if (snapshot.state === "paused" || snapshot.hold === "paused") return "paused";
  if (snapshot.hold === "other_side_talks") return "hold";
  return together(state, snapshot);
}

/** Whether the person is in a running sitting now: then every screen carries the audience line. */
export function isInRoom(state: PartyState): boolean {
  const { snapshot } = state;
  return state.step === "live" && state.cut === null && snapshot !== null && !isOver(snapshot);
}

export function screenOf(state: PartyState): Screen {
  if (state.step === "live") return live(state);
  return state.step === "papers" ? papers(state) : state.step;
}

export function nameFor(seat: SeatState, lang: Lang): string {
  return seat.staff_role === "mediator" ? mediatorName(seat.name, lang) : seat.name;
}

/** Everybody who hears at one device: who sits there, and whom he said is with him. */
export function namesAt(seat: SeatState, lang: Lang): readonly string[] {
  return [nameFor(seat, lang), ...seat.beside];
}

/** Who conducts: in the chair, or before the sitting is opened the case's mediator. */
export function chairOf(seats: readonly SeatState[]): SeatState | null {
  return seats.find((seat) => seat.chair) ?? seats.find((seat) => seat.staff_role === "mediator") ?? null;
}

/** Seats that hear this one by the confirmed table, who conducts first. */
export function audienceOf(snapshot: Snapshot): readonly SeatState[] {
  const heardBy = snapshot.seats.filter((seat) => snapshot.audience.includes(seat.seat) && !seat.you);
  const chair = chairOf(heardBy);
  return [...heardBy].sort((one, two) => Number(two === chair) - Number(one === chair));
}

/** Those whose pictures do not come now, because the own line is too weak: only their sound. */
export function heldFrom(snapshot: Snapshot): readonly SeatState[] {
  const held = snapshot.slots.filter((slot) => slot.audio && !slot.video).map((slot) => slot.seat);
  return snapshot.seats.filter((seat) => seat.camera && held.includes(seat.seat));
}

/** Those who hear but do not see the viewer now, because their line is too weak. */
export function unseen(snapshot: Snapshot): readonly SeatState[] {
  return snapshot.seats.filter((seat) => snapshot.unseen_by.includes(seat.seat));
}

export function sentenceOf(state: PartyState, lang: Lang, comma: string): AudienceSentence {
  const { snapshot } = state;
  const own = sends(state);
  return audienceSentence(
    {
      space: snapshot === null || snapshot.hold !== "none" ? "lobby" : snapshot.space,
      names: snapshot === null ? [] : audienceOf(snapshot).flatMap((seat) => namesAt(seat, lang)),
      confirmed: snapshot === null || snapshot.lamp !== "cutting",
      failed: snapshot?.lamp === "failed",
      microphone: own.microphone,
      camera: own.camera,
    },
    comma,
  );
}

/** After this long somebody who keeps speaking becomes the large picture. */
export const FEATURED_AFTER_MS = 3_000;

export interface Featured {
  readonly seat: string | null;
  readonly speaker: string | null;
  readonly since: number;
}

export const NOBODY_FEATURED: Featured = { seat: null, speaker: null, since: 0 };

/** The large picture: the mediator, unless somebody else has been speaking for three seconds. */
export function feature(before: Featured, seats: readonly SeatState[], now: number): Featured {
  const others = seats.filter((seat) => !seat.you);
  const mediator = chairOf(others) ?? others[0];
  const speaking = others.find((seat) => seat.speaking)?.seat ?? null;
  const since = speaking === before.speaker ? before.since : now;
  const present = others.some((seat) => seat.seat === before.seat);
  if (speaking === null) return { seat: present ? before.seat : (mediator?.seat ?? null), speaker: null, since };
  const mayTake = speaking === mediator?.seat || now - since >= FEATURED_AFTER_MS;
  const keeps = present ? before.seat : (mediator?.seat ?? speaking);
  return { seat: mayTake ? speaking : keeps, speaker: speaking, since };
}

export function slotOf(snapshot: Snapshot, seat: string): number | null {
  return snapshot.slots.find((slot) => slot.seat === seat)?.slot ?? null;
}
