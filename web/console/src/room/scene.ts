/** Readings of the snapshot that the desk needs: who sits where, who may be moved where, and why not. Pure. */
import { audienceOf, surnameOf } from "@heyi/core";
import type { DeskSeat, SeatState, Side, Snapshot } from "../api/types.ts";

export const SIDES: readonly Side[] = ["applicant", "respondent", "third"];
export type Tone = "hold" | "reception" | "joint" | "caucus";

export function own(snapshot: Snapshot): SeatState | null {
  return snapshot.seats.find((seat) => seat.you) ?? null;
}

export function inChair(snapshot: Snapshot): boolean {
  return own(snapshot)?.chair === true;
}

/** Before the sitting is opened nobody is the host yet; whoever opens it becomes the host. */
export function over(snapshot: Snapshot): boolean {
  return snapshot.state === "closed" || snapshot.state === "adjourned";
}

export function running(snapshot: Snapshot): boolean {
  return snapshot.state === "open" || snapshot.state === "signing";
}

/** Sides that have people, in the order of the law. */
export function sidesOf(snapshot: Snapshot): readonly Side[] {
  return SIDES.filter((side) => snapshot.seats.some((seat) => seat.side === side));
}

/** Seats of one side; somebody who sits at another's phone is named there and has no row. */
export function seatsOf(snapshot: Snapshot, side: Side): readonly SeatState[] {
  const seats = snapshot.seats.filter((seat) => seat.side === side);
  const beside = new Set(seats.flatMap((seat) => seat.beside));
  return seats.filter((seat) => seat.present || !beside.has(seat.name));
}

export function deskOf(snapshot: Snapshot, seat: string): DeskSeat | null {
  return snapshot.desk?.seats.find((each) => each.seat === seat) ?? null;
}

export type NextStep = "device" | "identity" | "admit";

/** What the desk can do next for somebody; null where nothing is owed. Whose telephone died waits with another one. */
export function nextOf(snapshot: Snapshot, seat: SeatState): NextStep | null {
  const desk = deskOf(snapshot, seat.seat);
  if (desk?.device_waiting) return "device";
  if (!seat.present || desk === null) return null;
  if (desk.owed.includes("identity")) return "identity";
  return !seat.admitted && desk.owed.length === 0 ? "admit" : null;
}

export function toneOf(snapshot: Snapshot): Tone {
  if (!running(snapshot) || snapshot.space === "lobby") return "hold";
  return snapshot.space;
}

/** Whether nobody hears anybody whatever the snapshot says: this desk is out of the room, or no worker has the room. */
export function silent(line: string, snapshot: Snapshot): boolean {
  return !["on", "lost", "entering"].includes(line) || snapshot.desk?.media_ok === false;
}

/** Whether a seat is in the space the mediator has opened now. */
export function inside(snapshot: Snapshot, seat: SeatState): boolean {
  return running(snapshot) && snapshot.space !== "lobby" && seat.space === snapshot.space;
}

/** Whether the viewer sits outside the open space, as a recorder does who does not come into a private talk. */
export function away(snapshot: Snapshot): boolean {
  const me = own(snapshot);
  return me !== null && running(snapshot) && me.space !== snapshot.space;
}

/** Whether the viewer and a seat are in the open space together: only then is there something to see and hear. */
export function shares(snapshot: Snapshot, seat: SeatState): boolean {
  return inside(snapshot, seat) && !away(snapshot);
}

/** Whether somebody whom others are to hear now has switched the microphone off; who is away says so otherwise. */
export function muted(snapshot: Snapshot, seat: SeatState): boolean {
  return inside(snapshot, seat) && seat.present && seat.absence === "none" && !seat.microphone;
}

export function slotOf(snapshot: Snapshot, seat: string): number | null {
  return snapshot.slots.find((each) => each.seat === seat)?.slot ?? null;
}

/** The own sound and picture go out only where the server's confirmed table lets them. */
export function sends(snapshot: Snapshot): boolean {
  const me = own(snapshot);
  if (me === null || !inside(snapshot, me)) return false;
  return snapshot.lamp === "none" || snapshot.lamp === "isolated";
}

/** Names of those who hear the viewer, by the confirmed table. */
export function hearers(snapshot: Snapshot): readonly string[] {
  return audienceOf(snapshot).flatMap((seat) => [seat.name, ...seat.beside]);
}

/** Who is large: the one who speaks, else the first of a party inside, else nobody. */
export function featuredOf(snapshot: Snapshot, before: string | null): string | null {
  const others = snapshot.seats.filter((seat) => !seat.you && shares(snapshot, seat) && seat.present);
  const speaking = others.find((seat) => seat.speaking);
  if (speaking !== undefined) return speaking.seat;
  if (others.some((seat) => seat.seat === before)) return before;
  return (others.find((seat) => seat.side !== null) ?? others[0])?.seat ?? null;
}

export type NotNow = "notRunning" | "nobodyAdmitted" | "nobodyOfSide" | "notInChair";

/** Why the mediator cannot go there now; null when he can. */
export function whyNot(snapshot: Snapshot, space: "lobby" | "joint" | "caucus" | "reception", side: Side | null): NotNow | null {
  if (!running(snapshot)) return "notRunning";
  if (!inChair(snapshot)) return "notInChair";
  const admitted = snapshot.seats.filter((seat) => seat.admitted && seat.side !== null);
  if (space === "joint" && admitted.length === 0) return "nobodyAdmitted";
  if (space === "caucus" && !admitted.some((seat) => seat.side === side)) return "nobodyOfSide";
  return null;
}

/** One sign for a circle of the drawn picture: the surname's first character, or the first letter. */
export function circleSign(name: string): string {
  return surnameOf(name).slice(0, 1);
}
